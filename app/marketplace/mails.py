"""Mails of the marketplace. A mail to anybody but the owner is written from a face; only a granted one names the owner
of an anonymous entry."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock
from app.core.mail import write_mail
from app.marketplace.masking import Face, face
from app.marketplace.models import Entry, Interest


def _address(path: str) -> str:
    return f"{current_app.extensions['settings'].public_url}/marketplace{path}"


def _write(session: Session, clock: Clock, to: User, subject: str, *parts: str) -> None:
    body = "\n\n".join([_("Hello %(name)s,", name=to.name), *(part for part in parts if part)])
    write_mail(session, clock, to.email, subject, f"{body}\n")


def _sender(interest: Interest) -> str:
    return f"{interest.sender.name} ({interest.organisation.name})" if interest.organisation else interest.sender.name


def send_interest(session: Session, clock: Clock, interest: Interest) -> None:
    """To the owner of the entry: who asks, and what."""
    entry = interest.entry
    _write(
        session,
        clock,
        entry.owner,
        _("Somebody is interested in “%(title)s”", title=entry.title),
        _("%(who)s would like to get in touch about “%(title)s”:", who=_sender(interest), title=entry.title),
        interest.message,
        _("They do not know who you are until you agree.") if entry.anonymous else "",
        _("Answer here within thirty days: %(address)s", address=_address("/interests")),
    )


def send_granted(session: Session, clock: Clock, interest: Interest) -> None:
    """To the sender: whose entry it is and how to reach them."""
    shown = face(interest.entry, revealed=True, contact=True)
    assert shown.owner is not None
    _write(
        session,
        clock,
        interest.sender,
        _("You are in touch about “%(title)s”", title=shown.title),
        _("Your interest in “%(title)s” was granted. Write to:", title=shown.title),
        "\n".join(part for part in (shown.owner.name, shown.owner.organisation, shown.owner.email) if part),
        interest.answer,
        _address(f"/entries/{shown.code}"),
    )


def send_declined(session: Session, clock: Clock, interest: Interest) -> None:
    """To the sender: no, and why if the owner says so."""
    shown = face(interest.entry)
    _write(
        session,
        clock,
        interest.sender,
        _("No contact about “%(title)s”", title=shown.title),
        _("The owner of “%(title)s” does not want to get in touch now.", title=shown.title),
        interest.answer,
        _("More like it: %(address)s", address=_address("")),
    )


def send_withdrawn(session: Session, clock: Clock, interest: Interest) -> None:
    """To the owner: nothing to answer any more."""
    entry = interest.entry
    subject = _("An interest in “%(title)s” was taken back", title=entry.title)
    text = _("%(who)s no longer waits for your answer.", who=_sender(interest))
    _write(session, clock, entry.owner, subject, text)


def send_expired(session: Session, clock: Clock, interest: Interest) -> None:
    """To the sender: no answer came."""
    shown = face(interest.entry)
    _write(
        session,
        clock,
        interest.sender,
        _("No answer about “%(title)s”", title=shown.title),
        _("The owner of “%(title)s” did not answer within thirty days. You can ask again.", title=shown.title),
        _address(f"/entries/{shown.code}"),
    )


def send_removed(session: Session, clock: Clock, interest: Interest) -> None:
    """To the sender of an open interest: the entry is gone."""
    title = interest.entry.title
    text = _("“%(title)s” was taken out of the marketplace, so your interest in it has ended.", title=title)
    _write(session, clock, interest.sender, _("“%(title)s” is no longer there", title=title), text)


def send_ending(session: Session, clock: Clock, entry: Entry) -> None:
    """To the owner: the entry leaves the marketplace soon."""
    assert entry.expires_at is not None
    _write(
        session,
        clock,
        entry.owner,
        _("“%(title)s” ends soon", title=entry.title),
        _("Your entry leaves the marketplace on %(day)s.", day=entry.expires_at.date().isoformat()),
        _("Renew it for a year here: %(address)s", address=_address("/mine")),
    )


@dataclass(frozen=True)
class News:
    """What is new for one saved search: a few of the entries, and how many there are."""

    name: str
    token: str
    query: str
    faces: Sequence[Face]
    count: int


def send_digest(session: Session, clock: Clock, user: User, news: Sequence[News]) -> None:
    """What is new for somebody's saved searches, in one mail; each with the address that ends it."""
    total = sum(one.count for one in news)
    subject = ngettext("%(num)d new entry for your searches", "%(num)d new entries for your searches", total)
    _write(session, clock, user, subject, *(_news(one) for one in news))


def _news(news: News) -> str:
    lines = [f"{news.name}:"]
    for shown in news.faces:
        who = shown.owner.organisation or shown.owner.name if shown.owner else _("anonymous")
        kind = _("need") if shown.kind.value == "need" else _("offer")
        lines.append(f"- {shown.title} ({kind}, {who})\n  {_address(f'/entries/{shown.code}')}")
    if news.count > len(news.faces):
        lines.append(_("and %(n)d more", n=news.count - len(news.faces)))
    lines.append(_("All results: %(address)s", address=_address(f"?{news.query}")))
    lines.append(_("No more mails about this search: %(address)s", address=_address(f"/unsubscribe/{news.token}")))
    return "\n".join(lines)
