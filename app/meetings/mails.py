"""Mails about meeting requests."""

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.core.mail import write_mail
from app.events.models import Event
from app.meetings.models import MeetingRequest
from app.registrations.models import Participant
from app.surveys.models import MatchFinding
from app.surveys.queries import finding_words


def _address(event: Event) -> str:
    return f"{current_app.extensions['settings'].public_url}/events/{event.slug}/requests"


def _about(participant: Participant) -> str:
    return f"{participant.user.name} ({participant.organisation.name})"


def send_request(session: Session, clock: Clock, event: Event, request: MeetingRequest) -> None:
    """To the recipient of a new request."""
    who = _about(request.requester)
    body = _(
        "Hello %(name)s,\n\n%(who)s would like to meet you at %(event)s.\n\n%(message)s\n\n"
        "Accept or decline here: %(address)s\nAn unanswered request blocks none of your time.\n",
        name=request.recipient.user.name,
        who=who,
        event=event.name,
        message=request.message or _("(no message)"),
        address=_address(event),
    )
    subject = _("%(who)s would like to meet you", who=request.requester.user.name)
    write_mail(session, clock, request.recipient.user.email, subject, body)


def send_proposed(session: Session, clock: Clock, event: Event, request: MeetingRequest) -> None:
    """To both sides of a request that an analyst of a partnership made in the requester's name."""
    finding = request.finding
    words = {
        "event": event.name,
        "address": _address(event),
        "partnership": finding.run.campaign.partnership.name if finding else "",
        "match": finding_words(finding) if finding else "",
    }
    why = _("What both sides said in the survey of %(partnership)s fits together:\n%(match)s", **words)
    asked = _(
        "Hello %(name)s,\n\nit is proposed that you meet %(who)s at %(event)s.\n\n%(why)s\n\n"
        "Accept or decline here: %(address)s\nAn unanswered request blocks none of your time.\n",
        name=request.recipient.user.name, who=_about(request.requester), why=why, **words,
    )  # fmt: skip
    asking = _(
        "Hello %(name)s,\n\nit is proposed that you meet %(who)s at %(event)s, and they were asked in your name.\n\n"
        "%(why)s\n\nIf you do not want this meeting, take the request back here: %(address)s?view=sent\n",
        name=request.requester.user.name, who=_about(request.recipient), why=why, **words,
    )  # fmt: skip
    subject = _("A meeting at %(event)s is proposed to you", event=event.name)
    write_mail(session, clock, request.recipient.user.email, subject, asked)
    write_mail(session, clock, request.requester.user.email, subject, asking)


def send_event_invitation(
    session: Session, clock: Clock, event: Event, finding: MatchFinding, *, name: str, email: str
) -> None:
    """To somebody behind a match who is not registered for the event."""
    body = _(
        "Hello %(name)s,\n\nyou answered the survey “%(survey)s” of %(partnership)s. What you said fits what somebody "
        "in another region said:\n%(match)s\n\nYou can meet at %(event)s. Register here with this mail address:\n"
        "%(address)s\n",
        name=name, survey=finding.run.campaign.title, partnership=finding.run.campaign.partnership.name,
        match=finding_words(finding), event=event.name,
        address=f"{current_app.extensions['settings'].public_url}/events/{event.slug}/register",
    )  # fmt: skip
    write_mail(session, clock, email, _("Invitation to %(event)s", event=event.name), body)


def send_accepted(session: Session, clock: Clock, event: Event, request: MeetingRequest) -> None:
    """To the one who asked."""
    body = _(
        "Hello %(name)s,\n\n%(who)s wants to meet you too at %(event)s. "
        "Time and table follow with the timetable.\n\n%(address)s\n",
        name=request.requester.user.name,
        who=_about(request.recipient),
        event=event.name,
        address=_address(event),
    )
    subject = _("%(who)s accepted your request", who=request.recipient.user.name)
    write_mail(session, clock, request.requester.user.email, subject, body)


def send_declined(session: Session, clock: Clock, event: Event, request: MeetingRequest) -> None:
    """To the one who asked."""
    body = _(
        "Hello %(name)s,\n\n%(who)s cannot meet you at %(event)s.\n%(reason)s\n\n"
        "The request counts no longer towards your limit: %(address)s\n",
        name=request.requester.user.name,
        who=_about(request.recipient),
        event=event.name,
        reason=request.answer_reason,
        address=_address(event),
    )
    subject = _("%(who)s declined your request", who=request.recipient.user.name)
    write_mail(session, clock, request.requester.user.email, subject, body)


def send_withdrawn(session: Session, clock: Clock, event: Event, request: MeetingRequest, actor: Participant) -> None:
    """To the other side of an accepted request that was taken back."""
    other = request.recipient if request.requester_id == actor.id else request.requester
    body = _(
        "Hello %(name)s,\n\n%(who)s took back the meeting with you at %(event)s.\n%(reason)s\n\n%(address)s\n",
        name=other.user.name,
        who=_about(actor),
        event=event.name,
        reason=request.answer_reason,
        address=_address(event),
    )
    write_mail(session, clock, other.user.email, _("%(who)s took back a meeting", who=actor.user.name), body)
