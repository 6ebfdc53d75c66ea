"""Mails about registrations."""

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.core.mail import write_mail
from app.registrations.models import Participant, RegistrationState


def event_address(participant: Participant, page: str = "") -> str:
    """The absolute address of a page of the participant's event."""
    return f"{current_app.extensions['settings'].public_url}/events/{participant.event.slug}/{page}"


def send_registered(session: Session, clock: Clock, participant: Participant) -> None:
    """Confirm a registration, and say whether the organiser still has to admit it."""
    if participant.state is RegistrationState.APPROVED:
        next_step = _("You are in. Write down what you need and what you offer, so that the right people find you:")
    else:
        next_step = _("The organiser looks at your registration and you get a mail then. Meanwhile, complete it here:")
    _send(session, clock, participant, _("Your registration for %(event)s", event=participant.event.name), next_step)


def send_approved(session: Session, clock: Clock, participant: Participant) -> None:
    """Say that the organiser has admitted the participant."""
    subject = _("You are admitted to %(event)s", event=participant.event.name)
    _send(session, clock, participant, subject, _("Your registration is approved. Complete your profile here:"))


def send_rejected(session: Session, clock: Clock, participant: Participant) -> None:
    """Say that the organiser has not admitted the participant, and why."""
    subject = _("Your registration for %(event)s", event=participant.event.name)
    text = _("The organiser could not admit you to %(event)s:", event=participant.event.name)
    _send(session, clock, participant, subject, f"{text}\n\n{participant.state_reason}", page=None)


def send_cancelled(session: Session, clock: Clock, participant: Participant, *, by_organiser: bool) -> None:
    """Confirm that a registration has ended."""
    subject = _("Your registration for %(event)s is cancelled", event=participant.event.name)
    by_self = _("You have cancelled your registration.")
    text = _("The organiser has cancelled your registration.") if by_organiser else by_self
    reason = f"\n\n{participant.state_reason}" if participant.state_reason else ""
    _send(session, clock, participant, subject, text + reason, page=None)


def _send(
    session: Session, clock: Clock, participant: Participant, subject: str, text: str, page: str | None = "me"
) -> None:
    greeting = _("Hello %(name)s,", name=participant.user.name)
    address = "" if page is None else f"\n\n{event_address(participant, page)}"
    write_mail(session, clock, participant.user.email, subject, f"{greeting}\n\n{text}{address}\n")


def send_session_gone(session: Session, clock: Clock, participant: Participant, title: str) -> None:
    """Say that a session somebody signed up for is not part of the programme any more."""
    subject = _("“%(title)s” does not take place", title=title)
    text = _(
        "“%(title)s”, for which you signed up, is not part of the programme any more. That time is free again; choose "
        "another session or meet somebody:",
        title=title,
    )
    _send(session, clock, participant, subject, text, page="me/sessions")
