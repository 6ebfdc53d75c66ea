"""Needs and offers as a table: what an export writes and an import reads."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.queries import normal_email
from app.core.clock import Clock
from app.core.exchange import Column, ExchangeSheet, SheetReport, add_sheet
from app.core.tables import Row, Sheet, Table
from app.events.models import Event
from app.marketplace import queries, rules, services
from app.marketplace.models import Entry, EntryKind
from app.marketplace.services import EntryData
from app.registrations.models import Participant
from app.registrations.queries import with_people

COLUMNS = (
    Column("email", _l("Address of a participant of this event or of the same import"), "ines@example.org", True),
    Column("kind", _l("need or offer"), "need", True),
    Column("title", _l("One line, at most 256 characters; names the entry"), "Pilot line for barrier coatings", True),
    Column("text", _l("In detail"), "We need to coat 100 kg of paper at pilot scale."),
    Column("keywords", _l("At most twelve, parted by semicolons"), "paper; barrier coating; pilot line"),
    Column("trl_min", _l("Lowest readiness level, 1 to 9"), "5"),
    Column("trl_max", _l("Highest readiness level, 1 to 9"), "7"),
    Column("partnership", _l("Kind of partnership; see the list of codes"), "technical"),
    Column("summary", _l("In a few sentences, at most 500 characters"), "Pilot coating of paper, 100 kg a day."),
    Column("anonymous", _l("yes: other participants are not told whose entry it is"), "no"),
)
WRITTEN_ONLY = ("code", "name", "organisation")


def export_entries(session: Session, event: Event) -> Sheet:
    """The needs and offers of everybody who registered."""
    rows = [
        [
            entry.registration.user.email, entry.kind.value, entry.title, entry.text, "; ".join(entry.keywords),
            entry.trl_min, entry.trl_max, entry.partnership, entry.summary, entry.anonymous,
            entry.registration.code, entry.registration.user.name, entry.registration.organisation.name,
        ]
        for entry in queries.entries_of_event(session, event.id, everybody=True)
    ]  # fmt: skip
    return Sheet("entries", [column.name for column in COLUMNS] + list(WRITTEN_ONLY), rows)


def load_entries(session: Session, clock: Clock, actor: Any, event: Event, table: Table, report: SheetReport) -> None:
    """Add entries, and change those whose person, kind and title are known. Nothing is removed."""
    people = session.scalars(with_people(select(Participant).where(Participant.event_id == event.id)))
    by_email = {person.user.email: person for person in people}
    known: dict[Any, Entry] = {
        (entry.participant_id, entry.kind, rules.title_key(entry.title)): entry
        for entry in queries.entries_of_event(session, event.id, everybody=True)
    }
    seen: dict[Any, int] = {}
    for row in table.rows:
        email = normal_email(row.get("email"))
        person = by_email.get(email)
        if person is None and email not in report.mentioned:
            report.fault(row, "email", _("No participant of this event or of this import has this address."))
        kind = _kind(row, report)
        key = (person.id, kind, rules.title_key(row.get("title"))) if person and kind else None
        entry = known.get(key) if key else None
        data = _data(row, table.columns, kind, entry, report)
        if person is None or data is None or key is None:
            continue
        if key in seen:
            report.fault(row, "title", _("The same entry stands in row %(row)d already.", row=seen[key]))
            continue
        seen[key] = row.number
        with report.row(row, {}, "email"):
            _load(session, clock, actor, person, entry, data, report)


def _load(
    session: Session,
    clock: Clock,
    actor: Any,
    person: Participant,
    entry: Entry | None,
    data: EntryData,
    report: SheetReport,
) -> None:
    line = f"{data.title} ({person.user.name})"
    if entry is None:
        services.add_entry(session, clock, actor, person, data)
        report.created.append(line)
    elif services.data_of(entry) == data:
        report.unchanged += 1
    else:
        services.change_entry(session, clock, actor, entry, data)
        report.updated.append(line)


def _kind(row: Row, report: SheetReport) -> EntryKind | None:
    kind = {kind.value: kind for kind in EntryKind}.get(row.get("kind").lower())
    if kind is None:
        report.fault(row, "kind", _("Write need or offer."))
    return kind


def _data(
    row: Row, columns: Sequence[str], kind: EntryKind | None, entry: Entry | None, report: SheetReport
) -> EntryData | None:
    """The entry of a row; None when a cell means nothing, which is noted. What the file has no column for stays."""
    before = len(report.faults)
    levels = {name: _level(row, name, report) for name in ("trl_min", "trl_max")}
    anonymous = {"": False, "no": False, "yes": True}.get(row.get("anonymous").lower())
    if anonymous is None:
        report.fault(row, "anonymous", _("Write yes or no."))
    if kind is None or len(report.faults) > before:
        return None
    said: dict[str, Any] = {
        "text": row.get("text"),
        "keywords": tuple(rules.keywords_of(row.get("keywords"))),
        **levels,
        "partnership": row.get("partnership").lower() or None,
        "summary": row.get("summary"),
        "anonymous": anonymous,
    }
    former = services.data_of(entry) if entry else EntryData(kind, "")
    kept = {name: value for name, value in said.items() if name in columns or entry is None}
    return replace(former, title=" ".join(row.get("title").split()), **kept)


def _level(row: Row, column: str, report: SheetReport) -> int | None:
    text = row.get(column)
    if text and not text.isdecimal():
        report.fault(row, column, _("Readiness levels go from 1 to 9."))
        return None
    return int(text) if text else None


def register_sheets() -> None:
    """Make needs and offers known to export and import."""
    add_sheet(ExchangeSheet("entries", _l("Needs and offers"), 20, export_entries, COLUMNS, WRITTEN_ONLY, load_entries))
