"""Mails about follow-ups of workshops."""

from flask import current_app
from flask_babel import force_locale, format_date
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock
from app.core.mail import write_mail
from app.events.models import Event
from app.workshops.models import WorkshopEntry


def send_reminder(
    session: Session, clock: Clock, event: Event, entry: WorkshopEntry, person: User, *, is_overdue: bool
) -> None:
    """Remind somebody of a follow-up, in their language."""
    with force_locale(person.language or "en"):
        day = format_date(entry.due, "d MMMM y")
        when = _("It was due on %(day)s.", day=day) if is_overdue else _("It is due on %(day)s.", day=day)
        whose = "" if entry.owner_id == person.id else _("%(owner)s takes care of it.", owner=entry.owner_name) + "\n"
        address = f"{current_app.extensions['settings'].public_url}/follow-ups/"
        body = _(
            "Hello %(name)s,\n\nin the workshop “%(workshop)s” at %(event)s this was taken on:\n\n%(text)s\n\n"
            "%(whose)s%(when)s\n\nMark it as done here: %(address)s\n"
            "On the page of your account you can say that you want no such mails.\n",
            name=person.name, workshop=entry.workshop.session.title, event=event.name, text=entry.text, whose=whose,
            when=when, address=address,
        )  # fmt: skip
        text = entry.text if len(entry.text) <= 80 else f"{entry.text[:79]}…"
        subject = _("Overdue: %(text)s", text=text) if is_overdue else _("Due soon: %(text)s", text=text)
    write_mail(session, clock, person.email, subject, body)
