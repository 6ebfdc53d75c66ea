"""Pure decisions about meeting requests: who may ask whom, when, and how often."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from app.core.errors import Conflict, Forbidden, Invalid
from app.events.models import Event, ParticipantType, Phase
from app.meetings.models import LIVE_REQUEST_STATES, MeetingRequest, RequestState
from app.registrations.models import Participant, RegistrationState

ASKING_PHASES = (Phase.BOOKING, Phase.SCHEDULING, Phase.LIVE)
MESSAGE_MAX = 1000
REASON_MAX = 500
LENGTH_MAX = 12


@dataclass(frozen=True)
class Quota:
    """How many live requests somebody may have sent, and has; `limit` None: as many as they like."""

    limit: int | None
    used: int

    @property
    def left(self) -> int | None:
        return None if self.limit is None else max(0, self.limit - self.used)


def request_limit(event: Event, kind: ParticipantType) -> int | None:
    """The limit of a participant type goes before that of the event."""
    return kind.max_open_requests if kind.max_open_requests is not None else event.max_open_requests


def check_booking_open(event: Event, now: datetime) -> None:
    """Raise Forbidden with the reason when no requests can be made at this time."""
    if event.phase in (Phase.DRAFT, Phase.REGISTRATION):
        raise Forbidden(_("Meeting requests are not open yet. You get a mail when they are."), code="booking_closed")
    if event.phase not in ASKING_PHASES:
        raise Forbidden(_("This event is over; no more meetings can be asked for."), code="booking_closed")
    if event.booking_closes_at is not None and event.booking_closes_at <= now:
        raise Forbidden(_("The time to ask for meetings has passed."), code="booking_closed")


def check_pair(requester: Participant, recipient: Participant, permissions: set[tuple[int, int]] | None) -> None:
    """Raise Invalid when these two cannot meet, whatever anybody wishes."""
    if requester.id == recipient.id:
        raise Invalid(_("You cannot ask yourself for a meeting."))
    if requester.organisation_id == recipient.organisation_id:
        raise Invalid(_("%(name)s works for your own organisation.", name=recipient.user.name))
    if recipient.state is not RegistrationState.APPROVED:
        raise Invalid(_("%(name)s does not take part any more.", name=recipient.user.name))
    if permissions is not None and (requester.type_id, recipient.type_id) not in permissions:
        raise Invalid(
            _(
                "At this event, participants of type '%(mine)s' do not ask those of type '%(theirs)s'.",
                mine=requester.type.name,
                theirs=recipient.type.name,
            ),
            code="types_do_not_meet",
        )


def check_quota(quota: Quota) -> None:
    """Raise Invalid when no request is left."""
    if quota.limit is not None and quota.used >= quota.limit:
        raise Invalid(
            _("You have used all %(n)d requests. Withdraw one that matters less, or wait for answers.", n=quota.limit),
            code="quota_used_up",
        )


def check_answerable(request: MeetingRequest, answering: Participant) -> None:
    """Raise when this participant cannot answer this request."""
    if request.recipient_id != answering.id:
        raise Forbidden(_("Only the person who was asked can answer."))
    if request.state is not RequestState.OPEN:
        raise Conflict(_("This request was answered or withdrawn already."), code="already_answered")


def check_live(request: MeetingRequest) -> None:
    """Raise Conflict when a request is settled for good."""
    if request.state not in LIVE_REQUEST_STATES:
        raise Conflict(_("This request was declined or withdrawn already."), code="already_answered")
