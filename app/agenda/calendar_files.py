"""Calendar files to take along, and the personal feed."""

from collections.abc import Sequence
from datetime import datetime
from email.utils import formatdate

from flask import current_app, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.agenda import queries
from app.agenda.blueprint import blueprint, now
from app.agenda.calendar import CONTENT_TYPE, Entry, calendar_text, fingerprint
from app.agenda.invitations import entries_of, session_entry
from app.agenda.material import session_item
from app.agenda.models import AgendaChange
from app.agenda.policy import programme_visible
from app.core.database import session
from app.core.errors import Gone, NotFound
from app.core.guard import guarded, public
from app.core.limits import limiter
from app.events.models import Event, EventSession, Phase
from app.events.policy import current_event
from app.registrations.models import Participant, RegistrationState
from app.registrations.policy import current_participant, participant


def feed_address(token: str) -> str:
    """The absolute address of a personal feed."""
    return str(current_app.extensions["settings"].public_url) + url_for("agenda.feed", token=token)


@blueprint.get("/events/<slug>/agenda.ics")
@guarded(participant)
def mine_ics(slug: str) -> Response:
    """My whole agenda as a calendar file."""
    event = current_event()
    agenda = queries.agenda_of(session(), event, current_participant().id)
    return _file(event, entries_of(session(), event, agenda.items), f"{event.slug}.ics")


@blueprint.get("/events/<slug>/agenda/meetings/<code>.ics")
@guarded(participant)
def meeting_ics(slug: str, code: str) -> Response:
    """One of my meetings as a calendar file."""
    event = current_event()
    agenda = queries.agenda_of(session(), event, current_participant().id)
    item = queries.meeting_by_code(agenda, code)
    if item is None:
        raise NotFound(_("There is no such meeting in your agenda."))
    return _file(event, entries_of(session(), event, [item]), f"{event.slug}-{code}.ics")


@blueprint.get("/events/<slug>/programme/<int:session_id>.ics")
@guarded(programme_visible)
def session_ics(slug: str, session_id: int) -> Response:
    """One session as a calendar file."""
    event = current_event()
    found = session().get(EventSession, session_id)
    if found is None or found.event_id != event.id or not found.is_public:
        raise NotFound(_("There is no such session in the programme."))
    entry = session_entry(event, session_item(found, signed_up=True), found.sequence)
    return _file(event, [entry], f"{event.slug}-{session_id}.ics")


@blueprint.get("/feeds/<token>.ics")
@limiter.limit("120/minute")
@guarded(public)
def feed(token: str) -> Response:
    """A participant's calendar feed. Whoever has the address may read it; a new address revokes it."""
    person = session().scalars(select(Participant).where(Participant.feed_token == token)).first()
    if person is None or person.event.phase is Phase.DRAFT:
        raise NotFound(_("There is no calendar at this address. It may have been given a new one."))
    if person.state is not RegistrationState.APPROVED:
        raise Gone(_("This calendar ended with the registration."))
    agenda = queries.agenda_of(session(), person.event, person.id)
    entries = entries_of(session(), person.event, agenda.items)
    text = calendar_text(person.event, entries, current_app.extensions["settings"], now(), name=person.event.name)
    response = Response(text, content_type=CONTENT_TYPE)
    response.set_etag(fingerprint(entries))
    response.headers["Last-Modified"] = formatdate(_last_change(person).timestamp(), usegmt=True)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response.make_conditional(request.environ)


def _last_change(person: Participant) -> datetime:
    query = select(AgendaChange.at).where(AgendaChange.participant_id == person.id)
    latest = session().scalars(query.order_by(AgendaChange.version.desc()).limit(1)).first()
    return latest or person.state_changed_at or person.created_at


def _file(event: Event, entries: Sequence[Entry], name: str) -> Response:
    text = calendar_text(event, entries, current_app.extensions["settings"], now())
    # Not `send_file`: that lets caches keep what it sends, and the next download must be the agenda of that moment.
    return Response(text, content_type=CONTENT_TYPE, headers={"Content-Disposition": f'attachment; filename="{name}"'})
