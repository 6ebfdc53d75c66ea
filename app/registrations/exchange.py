"""Participants as a table: what an export writes and an import reads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import User
from app.accounts.queries import normal_email
from app.accounts.services import create_user
from app.core.clock import Clock, in_zone
from app.core.errors import Invalid
from app.core.exchange import Column, ExchangeSheet, SheetReport, add_sheet
from app.core.tables import Cell, Row, Sheet, Table
from app.events.models import Event, EventSession, MeetingTable, ParticipantType, Slot
from app.events.queries import slots_of, tables_of, types_of
from app.organisations import services as organisations
from app.organisations.services import OrganisationData
from app.registrations import queries, services
from app.registrations.models import Absence, Attendance, Participant, RegistrationState, SessionSignUp
from app.registrations.services import ProfileData

COLUMNS = (
    Column("email", _l("E-mail address; names the person in all sheets"), "ines@example.org", True),
    Column("name", _l("Full name; used when the address has no account yet"), "Ines Carvalho", True),
    Column("type", _l("Key or name of a participant type of the event"), "company"),
    Column("organisation", _l("Name; one of the same name and country is used again"), "Aurinko Materials", True),
    Column("country", _l("Two-letter code, ISO 3166-1"), "FI", True),
    Column("organisation_kind", _l("Needed for a new organisation; see the list of codes"), "company"),
    Column("size", _l("Size of a new organisation; see the list of codes"), "small"),
    Column("nuts", _l("Region of a new organisation, NUTS 2024"), "FI19"),
    Column("nace", _l("Sector of a new organisation, NACE Rev. 2.1"), "22"),
    Column("website", _l("Website of a new organisation"), "https://example.org"),
    Column("job_title", _l("Job title"), "Head of development"),
    Column("about", _l("Some sentences about the person"), "We make cellulose dispersions."),
    Column("languages", _l("Two-letter codes, best first, parted by blanks"), "fi en"),
    Column("value_chain", _l("Place in the value chain; see the list of codes"), "inputs"),
    Column("trl_min", _l("Lowest readiness level, 1 to 9"), "4"),
    Column("trl_max", _l("Highest readiness level, 1 to 9"), "7"),
    Column("attendance", _l("on_site or online; counts at mixed events"), "on_site"),
    Column("state", _l("approved, pending, rejected or cancelled; empty: approved"), "approved"),
    Column("max_meetings", _l("Own limit; empty: as for everybody"), ""),
    Column("min_meetings", _l("Own minimum; empty: as for everybody"), ""),
    Column("own_table", _l("Label of the table the person stays at"), ""),
    Column("unavailable", _l("Keys of slots in which the person cannot meet, parted by blanks"), ""),
)
WRITTEN_ONLY = ("code", "registered_at", "checked_in_at")
FIELDS = {
    "kind": "organisation_kind",
    "type": "type",
    "languages": "languages",
    "value_chain_position": "value_chain",
    "slots": "unavailable",
}
ORGANISATION_FIELDS = {"name": "organisation", "kind": "organisation_kind"}


def export_participants(session: Session, event: Event) -> Sheet:
    """Everybody who registered, in whatever state."""
    people = session.scalars(
        queries.with_people(select(Participant).where(Participant.event_id == event.id))
        .options(joinedload(Participant.own_table))
        .order_by(Participant.code)
    ).all()
    keys = {slot.id: slot.key for slot in slots_of(session, event.id)}
    away: dict[int, list[str]] = {}
    absences = select(Absence.participant_id, Absence.slot_id).join(Participant)
    for person_id, slot_id in session.execute(absences.where(Participant.event_id == event.id)):
        away.setdefault(person_id, []).append(keys[slot_id])
    header = [column.name for column in COLUMNS] + list(WRITTEN_ONLY)
    return Sheet("participants", header, [_cells(person, event, sorted(away.get(person.id, []))) for person in people])


def _cells(person: Participant, event: Event, away: list[str]) -> list[Cell]:
    house = person.organisation
    return [
        person.user.email, person.user.name, person.type.key, house.name, house.country, house.kind, house.size,
        house.nuts, house.nace, house.website, person.job_title, person.about, " ".join(person.languages),
        person.value_chain_position, person.trl_min, person.trl_max, person.attendance.value, person.state.value,
        person.max_meetings, person.min_meetings, person.own_table.label if person.own_table else None, " ".join(away),
        person.code, in_zone(person.created_at, event.time_zone),
        in_zone(person.checked_in_at, event.time_zone) if person.checked_in_at else None,
    ]  # fmt: skip


def export_sign_ups(session: Session, event: Event) -> Sheet:
    """Who signed up for which session, in the event's time."""
    rows = session.execute(
        select(EventSession, Participant.code, User.name, User.email)
        .join(SessionSignUp, SessionSignUp.session_id == EventSession.id)
        .join(Participant, Participant.id == SessionSignUp.participant_id)
        .join(User, User.id == Participant.user_id)
        .where(EventSession.event_id == event.id)
        .order_by(EventSession.starts_at, EventSession.id, Participant.code)
    )
    header = ["session", "starts_at", "ends_at", "code", "name", "email"]
    zone = event.time_zone
    return Sheet(
        "sign_ups",
        header,
        [[s.title, in_zone(s.starts_at, zone), in_zone(s.ends_at, zone), *who] for s, *who in rows],
    )


@dataclass
class _Event:
    """What rows refer to, looked up once."""

    event: Event
    types: dict[str, ParticipantType]
    slots: dict[str, Slot]
    tables: dict[str, MeetingTable]
    users: dict[str, User]
    people: dict[int, Participant]


def _known(session: Session, event: Event, table: Table) -> _Event:
    types: dict[str, ParticipantType] = {}
    for kind in types_of(session, event.id):
        types[kind.key.casefold()] = types[kind.name.casefold()] = kind
    emails = [normal_email(row.get("email")) for row in table.rows]
    users = session.scalars(select(User).where(User.email.in_(emails)))
    people = session.scalars(queries.with_people(select(Participant).where(Participant.event_id == event.id)))
    return _Event(
        event,
        types,
        {slot.key: slot for slot in slots_of(session, event.id)},
        {place.label.casefold(): place for place in tables_of(session, event.id)},
        {user.email: user for user in users},
        {person.user_id: person for person in people},
    )


def load_participants(
    session: Session, clock: Clock, actor: Any, event: Event, table: Table, report: SheetReport
) -> None:
    """Register new people and update known ones. A column that is missing changes nothing; an empty cell empties."""
    known = _known(session, event, table)
    seen: dict[str, int] = {}
    for row in table.rows:
        email = normal_email(row.get("email"))
        if email in seen:
            report.fault(row, "email", _("This address stands in row %(row)d already.", row=seen[email]))
            continue
        seen[email] = row.number
        report.mentioned.add(email)
        faults = len(report.faults)
        values = _values(row, known, report)
        with report.row(row, FIELDS, "email"):
            _load(session, clock, actor, known, row, values, report, sound=len(report.faults) == faults)


def _values(row: Row, known: _Event, report: SheetReport) -> dict[str, Any]:
    """What the cells of a row mean; each that means nothing is noted as a fault."""

    def read(column: str, meaning: Callable[[str], Any], message: str) -> None:
        text = row.get(column)
        if column not in row.cells:
            return
        try:
            values[column] = meaning(text) if text else None
        except (KeyError, ValueError):
            report.fault(row, column, message)

    values: dict[str, Any] = {}
    kinds = ", ".join(sorted({kind.key for kind in known.types.values()}))
    number = _("Write a whole number.")
    read("type", lambda text: known.types[text.casefold()], _("Unknown type; this event has: %(list)s.", list=kinds))
    read("attendance", lambda text: Attendance(text.lower()), _("Write on_site or online."))
    states = ", ".join(state.value for state in RegistrationState)
    read("state", lambda text: RegistrationState(text.lower()), _("Write one of %(list)s.", list=states))
    for column in ("trl_min", "trl_max", "max_meetings", "min_meetings"):
        read(column, int, number)
    read("own_table", lambda text: known.tables[text.casefold()], _("There is no table with this label."))
    keys = _("There is no slot with one of these keys; write keys such as d1-01, parted by blanks.")
    read("unavailable", lambda text: {known.slots[key].id for key in text.split()}, keys)
    return values


def _load(
    session: Session,
    clock: Clock,
    actor: User | None,
    known: _Event,
    row: Row,
    values: dict[str, Any],
    report: SheetReport,
    *,
    sound: bool,
) -> None:
    user = _user(session, clock, known, row)
    person = known.people.get(user.id)
    house = _organisation(session, clock, actor, row)
    if not sound:
        return
    profile = _profile(known, person, house, row, values)
    wanted = values.get("state")
    before = _snapshot(session, person)
    if person is None or (person.state is RegistrationState.CANCELLED and wanted is RegistrationState.APPROVED):
        state = wanted or RegistrationState.APPROVED
        person = services.register(session, clock, actor, known.event, user, profile, state=state)
    elif wanted is not None and wanted is not person.state:
        _change_state(session, clock, actor, person, wanted)
    if person.state is not RegistrationState.CANCELLED:
        services.update_profile(session, clock, actor, person, profile)
        _change_limits(session, clock, actor, person, values)
        if "unavailable" in values:
            services.set_absences(session, clock, actor, person, values["unavailable"] or set())
    if before is None:
        report.created.append(f"{user.name} ({house.name})")
        report.subjects.append(person)
    elif before == _snapshot(session, person):
        report.unchanged += 1
    else:
        report.updated.append(f"{user.name} ({house.name})")


def _user(session: Session, clock: Clock, known: _Event, row: Row) -> User:
    email = normal_email(row.get("email"))
    if email in known.users:
        return known.users[email]
    try:
        validate_email(email, check_deliverability=False)
    except EmailNotValidError as error:
        raise Invalid(_("This is not an e-mail address: %(why)s", why=str(error)), field="email") from None
    if not row.get("name"):
        raise Invalid(_("Write the name; there is no account with this address yet."), field="name")
    if len(row.get("name")) > 160 or len(email) > 320:
        raise Invalid(_("Use at most %(n)d characters for the name.", n=160), field="name")
    return create_user(session, clock, email=email, name=row.get("name"))


def _organisation(session: Session, clock: Clock, actor: User | None, row: Row) -> Any:
    name, country = row.get("organisation"), row.get("country").upper()
    try:
        return organisations.find_or_create(
            session,
            clock,
            actor,
            OrganisationData(
                name=name,
                country=country,
                kind=row.get("organisation_kind"),
                size=row.get("size") or None,
                nuts=row.get("nuts") or None,
                nace=row.get("nace") or None,
                website=row.get("website") or None,
            ),
        )
    except Invalid as error:
        field = ORGANISATION_FIELDS.get(error.field or "", error.field)
        raise Invalid(error.message, field=field) from None


def _profile(known: _Event, person: Participant | None, house: Any, row: Row, values: dict[str, Any]) -> ProfileData:
    kinds = set(known.types.values())
    kind = values.get("type") or (person.type if person else next(iter(kinds)) if len(kinds) == 1 else None)
    if kind is None:
        raise Invalid(_("Say as what the person takes part."), field="type")
    present = services.profile_of(person) if person else ProfileData(organisation=house, type=kind)
    changes: dict[str, Any] = {"organisation": house, "type": kind}
    for column in ("trl_min", "trl_max"):
        if column in values:
            changes[column] = values[column]
    for column, field in (("job_title", "job_title"), ("about", "about"), ("value_chain", "value_chain_position")):
        if column in row.cells:
            changes[field] = row.get(column)
    if "languages" in row.cells:
        changes["languages"] = tuple(row.get("languages").lower().replace(",", " ").replace(";", " ").split())
    if values.get("attendance"):
        changes["attendance"] = values["attendance"]
    return ProfileData(**{**vars(present), **changes})


def _change_state(
    session: Session, clock: Clock, actor: User | None, person: Participant, wanted: RegistrationState
) -> None:
    if wanted is not RegistrationState.APPROVED:
        raise Invalid(
            _(
                "%(name)s is %(state)s here. Change that on the page of the participant, or leave the cell empty.",
                name=person.user.name,
                state=person.state.value,
            ),
            field="state",
        )
    services.approve(session, clock, actor, [person])


def _change_limits(
    session: Session, clock: Clock, actor: User | None, person: Participant, values: dict[str, Any]
) -> None:
    present: dict[str, Any] = {
        "max_meetings": person.max_meetings,
        "min_meetings": person.min_meetings,
        "own_table": person.own_table,
    }
    wanted = present | {name: values[name] for name in present if name in values}
    if wanted != present:
        services.set_limits(session, clock, actor, person, **wanted)


def _snapshot(session: Session, person: Participant | None) -> tuple[Any, ...] | None:
    if person is None:
        return None
    limits = (person.state, person.max_meetings, person.min_meetings, person.own_table_id)
    return services.profile_of(person), limits, queries.absences_of(session, person.id)


def register_sheets() -> None:
    """Make participants and sign-ups known to export and import."""
    add_sheet(
        ExchangeSheet(
            "participants", _l("Participants"), 10, export_participants, COLUMNS, WRITTEN_ONLY, load_participants
        )
    )
    add_sheet(ExchangeSheet("sign_ups", _l("Sign-ups for sessions"), 30, export_sign_ups))
