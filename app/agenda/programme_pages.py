"""The public programme, signing up for sessions, and the venue screen."""

from flask import g, render_template
from flask_babel import gettext as _

from app.agenda import programme as reads
from app.agenda.blueprint import blueprint, now
from app.agenda.policy import programme_visible
from app.core.database import session
from app.core.guard import guarded
from app.events.models import SessionKind
from app.events.policy import current_event
from app.registrations.models import Participant, RegistrationState


def approved_participant() -> Participant | None:
    """The asking account's approved registration for the event of this page, or None."""
    found: Participant | None = g.get("participant")
    return found if found is not None and found.state is RegistrationState.APPROVED else None


def may_see_programme() -> bool:
    """Whether the navigation offers the programme."""
    event = g.get("event")
    return event is not None and (event.programme_public or approved_participant() is not None)


@blueprint.get("/events/<slug>/programme")
@guarded(programme_visible)
def programme(slug: str) -> str:
    """Sessions and workshops by day and room; participants sign up here."""
    event, me = current_event(), approved_participant()
    days = reads.programme_of(
        session(), event, me.id if me else None, public_only=me is None and not g.get("staff_role")
    )
    return render_template(
        "agenda/programme.html", days=days, me=me, now=now(), kind_names=_kind_names(), can_sign_up=False
    )


@blueprint.get("/events/<slug>/screen")
@guarded(programme_visible)
def screen(slug: str) -> str:
    """The venue screen: what is on now and next, for a wall."""
    event, moment = current_event(), now()
    return render_template("agenda/screen.html", at=moment, screen=reads.screen_at(session(), event, moment))


def _kind_names() -> dict[str, str]:
    return {
        SessionKind.PLENARY.value: _("Plenary"),
        SessionKind.TALK.value: _("Talk"),
        SessionKind.PITCH.value: _("Pitches"),
        SessionKind.WORKSHOP.value: _("Workshop"),
        SessionKind.NETWORKING.value: _("Networking"),
        SessionKind.BREAK.value: _("Break"),
    }
