"""Writes on needs and offers."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit, facts
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.marketplace import rules
from app.marketplace.models import Entry, EntryKind
from app.marketplace.queries import entries_of
from app.organisations import reference
from app.registrations.models import Participant
from app.registrations.queries import GONE
from app.registrations.services import trl_fault


@dataclass(frozen=True)
class EntryData:
    """A need or an offer as somebody wrote it; `partnership` is a code of `reference.partnership_kinds`."""

    kind: EntryKind
    title: str
    text: str = ""
    keywords: tuple[str, ...] = ()
    trl_min: int | None = None
    trl_max: int | None = None
    partnership: str | None = None


def add_entry(session: Session, clock: Clock, actor: User | None, participant: Participant, data: EntryData) -> Entry:
    """Add a need or an offer. Raises Invalid with the field, Conflict when the registration ended."""
    _check_active(participant)
    values = _checked(session, participant, data, None)
    entry = Entry(participant_id=participant.id, created_at=clock(), updated_at=clock(), **values)
    entry.participant = participant
    session.add(entry)
    session.flush()
    _record(session, clock, actor, entry, "entry.add")
    facts.tell_participant_changed(session, participant=participant, actor=actor, clock=clock)
    return entry


def change_entry(session: Session, clock: Clock, actor: User | None, entry: Entry, data: EntryData) -> bool:
    """Change an entry; False when nothing differs. Raises like `add_entry`."""
    _check_active(entry.participant)
    values = _checked(session, entry.participant, data, entry)
    if all(getattr(entry, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(entry, name, value)
    entry.updated_at = clock()
    session.flush()
    _record(session, clock, actor, entry, "entry.change")
    facts.tell_participant_changed(session, participant=entry.participant, actor=actor, clock=clock)
    return True


def remove_entry(session: Session, clock: Clock, actor: User | None, entry: Entry) -> None:
    """Delete an entry; meeting requests that came of it stay."""
    participant = entry.participant
    _record(session, clock, actor, entry, "entry.remove")
    session.delete(entry)
    session.flush()
    facts.tell_participant_changed(session, participant=participant, actor=actor, clock=clock)


def _check_active(participant: Participant) -> None:
    if participant.state in GONE:
        raise Conflict(_("This registration has ended; its needs and offers cannot change."))


def _checked(session: Session, participant: Participant, data: EntryData, own: Entry | None) -> dict[str, Any]:
    """The columns of an entry. Raises Invalid with the field at the first fault."""
    title = " ".join(data.title.split())
    if not title:
        raise Invalid(_("Say in one line what it is about."), field="title")
    if len(title) > rules.TITLE_LENGTH:
        raise Invalid(_("Use at most %(n)d characters for the title.", n=rules.TITLE_LENGTH), field="title")
    if len(data.text) > rules.TEXT_LENGTH:
        raise Invalid(_("Use at most %(n)d characters for the text.", n=rules.TEXT_LENGTH), field="text")
    keywords = rules.keywords_of(";".join(data.keywords))
    if len(keywords) > rules.KEYWORDS_AT_MOST:
        raise Invalid(_("Use at most %(n)d keywords.", n=rules.KEYWORDS_AT_MOST), field="keywords")
    if any(len(word) > rules.KEYWORD_LENGTH for word in keywords):
        raise Invalid(_("A keyword has at most %(n)d characters.", n=rules.KEYWORD_LENGTH), field="keywords")
    fault = trl_fault(data.trl_min, data.trl_max)
    if fault == "range":
        raise Invalid(_("Readiness levels go from 1 to 9."), field="trl_min")
    if fault == "order":
        raise Invalid(_("The range ends below its beginning."), field="trl_max")
    if data.partnership and data.partnership not in reference.partnership_kinds():
        raise Invalid(_("“%(code)s” is not a kind of partnership.", code=data.partnership), field="partnership")
    _check_others(session, participant, data.kind, title, own)
    return {
        "kind": data.kind,
        "title": title,
        "text": data.text.strip(),
        "keywords": keywords,
        "trl_min": data.trl_min,
        "trl_max": data.trl_max,
        "partnership": data.partnership or None,
    }


def _check_others(session: Session, participant: Participant, kind: EntryKind, title: str, own: Entry | None) -> None:
    others = [entry for entry in entries_of(session, participant.id) if entry is not own and entry.kind is kind]
    if len(others) >= rules.ENTRIES_PER_KIND:
        raise Invalid(
            _("There are %(n)d of them already. Fewer, clearer ones are found more easily.", n=len(others)),
            field="title",
        )
    if rules.title_key(title) in {rules.title_key(entry.title) for entry in others}:
        raise Invalid(_("There is one with this title already; change that one."), field="title")


def _record(session: Session, clock: Clock, actor: User | None, entry: Entry, action: str) -> None:
    audit.record(
        session,
        clock,
        actor_id=actor.id if actor else None,
        action=action,
        subject_kind="entry",
        subject_id=entry.id,
        event_id=entry.participant.event_id,
        detail={"participant": entry.participant.code, "kind": entry.kind.value, "title": entry.title},
    )
