"""What the pages of a partnership show: lines of the list, the phase picture, the next steps, the history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import User
from app.core.clock import Clock
from app.core.machines import Machine, State
from app.core.models import AuditEntry
from app.core.transitions import Choice, choices
from app.organisations import reference
from app.partnerships import gathering, queries
from app.partnerships.models import (
    Partnership,
    PartnershipMember,
    PartnershipRole,
    ValueChainSegment,
)
from app.partnerships.templates import Template

STEPS_WITH_A_PAGE = {
    "submit_eoi": "partnerships.submission",
    "return_eoi": "partnerships.submission",
    "find_eligible": "partnerships.judge",
    "find_not_eligible": "partnerships.judge",
    "approve": "partnerships.judge",
    "defer": "partnerships.judge",
    "reject": "partnerships.judge",
}
"""Transitions that are taken on a page of their own, because more comes with them than a comment."""


JUDGING_ROLES = frozenset({"eligibility_officer", "evaluator", "secretariat"})


@dataclass(frozen=True)
class PhaseDot:
    """One phase in the picture: 'done', 'now' or 'ahead', with the states the case passes in it."""

    key: str
    name: str
    hint: str
    standing: str
    states: tuple[tuple[str, str], ...]
    """Of the phase the case is in: name and standing ('done', 'now', 'ahead') of its states."""


@dataclass(frozen=True)
class PartnershipLine:
    """A partnership in the list."""

    partnership: Partnership
    process: Template
    state: State
    phases: tuple[PhaseDot, ...]
    regions: int
    countries: int
    region_names: tuple[str, ...]
    is_mine: bool


@dataclass(frozen=True)
class Overview:
    """Everything on a partnership's page."""

    partnership: Partnership
    process: Template
    state: State
    phases: tuple[PhaseDot, ...]
    steps: tuple[Choice, ...]
    members: tuple[PartnershipMember, ...]
    countries: int
    segments: tuple[ValueChainSegment, ...]
    people: tuple[PartnershipRole, ...]
    may_choose_phase: bool
    pages_of_steps: tuple[tuple[str, tuple[Choice, ...]], ...]
    """Endpoints of pages on which further steps are taken, with these steps."""


@dataclass(frozen=True)
class HistoryLine:
    """One entry of the audit trail as a reader sees it."""

    at: datetime
    who: str
    role: str
    what: str
    subject: str
    """What the step was about, where the partnership has several of the kind."""
    before: str
    after: str
    comment: str
    documents: tuple[dict[str, str], ...]
    overridden: tuple[str, ...]


def partnership_lines(session: Session, user: User | None) -> list[PartnershipLine]:
    """The partnerships an account may see, its own first."""
    rows = session.scalars(select(Partnership).options(joinedload(Partnership.area)).order_by(Partnership.name)).all()
    members = session.execute(
        select(PartnershipMember.partnership_id, PartnershipMember.nuts).where(
            PartnershipMember.state == queries.MEMBER
        )
    ).all()
    mine = own_partnerships(session, user)
    sees_all = queries.is_secretariat(session, user)
    kinds = {(row.template_key, row.template_version) for row in rows}
    processes = {kind: queries.template(session, *kind) for kind in kinds}
    lines = []
    for row in rows:
        process = processes[row.template_key, row.template_version]
        state = process.machine("partnership").state(row.state)
        if not (state.public or sees_all or row.id in mine):
            continue
        regions = [nuts for number, nuts in members if number == row.id]
        names = tuple(reference.regions().label(nuts) for nuts in regions)
        countries = len({reference.region_country(nuts) for nuts in regions})
        dots = phase_dots(process, row)
        lines.append(PartnershipLine(row, process, state, dots, len(regions), countries, names, row.id in mine))
    return sorted(lines, key=lambda line: not line.is_mine)


def own_partnerships(session: Session, user: User | None) -> set[int]:
    """Ids of the partnerships an account has a role in; officers and evaluators named for all see all."""
    if user is None:
        return set()
    rows = session.scalars(
        select(PartnershipRole).where(PartnershipRole.user_id == user.id, PartnershipRole.ended_at.is_(None))
    ).all()
    if any(row.partnership_id is None for row in rows):
        return set(session.scalars(select(Partnership.id)))
    return {row.partnership_id for row in rows if row.partnership_id is not None}


def phase_dots(process: Template, partnership: Partnership) -> tuple[PhaseDot, ...]:
    """The phases in order, with how far the partnership has come."""
    keys = [phase.key for phase in process.phases]
    now = keys.index(partnership.phase) if partnership.phase in keys else 0
    way = straight_way(process)
    dots = []
    for position, phase in enumerate(process.phases):
        standing = "done" if position < now else "now" if position == now else "ahead"
        states = _state_dots(process, way, partnership) if standing == "now" else []
        dots.append(PhaseDot(phase.key, phase.name, phase.hint, standing, tuple(states)))
    return tuple(dots)


def straight_way(process: Template) -> list[State]:
    """The states a case passes when all goes well: from each state the last transition forward that reopens nothing.

    Forward means to a state further down the template's list, and never into one in which work has stopped.
    """
    machine = process.machine("partnership")
    order = {state.key: position for position, state in enumerate(machine.states)}
    found = [machine.creating[0].target]
    while True:
        here = found[-1]
        ahead = [
            t.target
            for t in machine.leaving(here)
            if not t.reopens and order[t.target] > order[here] and t.comment != "required"
        ]
        if not ahead:
            return [machine.state(key) for key in found]
        found.append(ahead[0])


def _state_dots(process: Template, way: list[State], partnership: Partnership) -> list[tuple[str, str]]:
    """Name and standing of the states of the phase the partnership is in.

    A state beside the straight way, such as one of rejection, stands after the state it was reached from.
    """
    machine, keys = process.machine("partnership"), [state.key for state in way]
    here = machine.state(partnership.state)
    on_the_way = here.key in keys
    came_from = {key for t in machine.transitions if t.target == here.key for key in t.source if key in keys}
    reached = here.key if on_the_way else came_from.pop() if len(came_from) == 1 else None
    at = keys.index(reached) if reached else -1
    dots, is_shown = [], False
    for position, state in enumerate(way):
        if not on_the_way and position > at and not is_shown:
            dots.append((here.name, "now"))
            is_shown = True
        if state.phase == partnership.phase:
            now = on_the_way and position == at
            dots.append((state.name, "now" if now else "done" if position <= at else "ahead"))
    return dots if on_the_way or is_shown else [*dots, (here.name, "now")]


def overview(session: Session, clock: Clock, partnership: Partnership, user: User | None) -> Overview:
    """What a partnership's page shows to this reader."""
    process = queries.template_of(session, partnership)
    machine = process.machine("partnership")
    roles = queries.roles_of(session, partnership, user)
    case = gathering.case_facts(session, clock, partnership, user) if roles else None
    open_steps = choices(machine, partnership.state, roles, case) if roles else []
    members = queries.members_of(session, partnership.id)
    state = machine.state(partnership.state)
    return Overview(
        partnership=partnership,
        process=process,
        state=state,
        phases=phase_dots(process, partnership),
        steps=tuple(choice for choice in open_steps if choice.transition.key not in STEPS_WITH_A_PAGE),
        members=tuple(members),
        countries=len({reference.region_country(m.nuts) for m in members}),
        segments=tuple(queries.segments_of(session, partnership.id)),
        people=tuple(queries.roles_given(session, partnership.id)) if roles else (),
        may_choose_phase=bool(roles & {"lead", "secretariat"}) and state.public and state.kind == "open",
        pages_of_steps=tuple(
            (endpoint, tuple(c for c in open_steps if STEPS_WITH_A_PAGE.get(c.transition.key) == endpoint))
            for endpoint in dict.fromkeys(STEPS_WITH_A_PAGE.values())
            if any(STEPS_WITH_A_PAGE.get(c.transition.key) == endpoint for c in open_steps)
        ),
    )


def acts() -> dict[str, str]:
    """What acts that are no transitions are called."""
    return {
        "document.freeze": _("Version frozen"),
        "document.sign": _("Version signed"),
        "judging.declare": _("Interests declared"),
        "judging.rule": _("Rule judged"),
        "judging.score": _("Criteria scored"),
        "membership.letter": _("Letter uploaded"),
        "membership.role": _("Role of a region changed"),
        "partnership.phase": _("Phase changed"),
    }


def history_lines(session: Session, partnership: Partnership, roles: frozenset[str]) -> list[HistoryLine]:
    """The audit trail of a partnership and of what belongs to it, newest first.

    How the case is judged is for those who judge it and the secretariat; others learn the outcome.
    """
    conditions = [(AuditEntry.subject_kind == "partnership") & (AuditEntry.subject_id == partnership.id)]
    subjects = {kind: told.subjects(session, partnership) for kind, told in queries.history_kinds().items()}
    for kind, names in subjects.items():
        conditions.append((AuditEntry.subject_kind == kind) & AuditEntry.subject_id.in_(names))
    entries: Sequence[AuditEntry] = session.scalars(
        select(AuditEntry).where(or_(*conditions)).order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    ).all()
    teller = _Teller(session, partnership, subjects)
    actors = {entry.actor_id for entry in entries}
    people: dict[int | None, str] = dict(session.execute(select(User.id, User.name).where(User.id.in_(actors))).all())
    hidden = "" if roles & JUDGING_ROLES else "judging."
    return [
        teller.line(entry, people.get(entry.actor_id, ""))
        for entry in entries
        if not hidden or not entry.action.startswith(hidden)
    ]


class _Teller:
    """Puts entries of the audit trail into words."""

    def __init__(self, session: Session, partnership: Partnership, subjects: Mapping[str, queries.Names]) -> None:
        self.process, self.subjects = queries.template_of(session, partnership), subjects
        self.machines = dict(self.process.machines)
        self.roles: dict[str, Any] = {}
        for kind, told in queries.history_kinds().items():
            if told.machine is not None and kind not in self.machines:
                self.machines[kind] = told.machine(session, partnership)
            self.roles.update(told.roles)

    def line(self, entry: AuditEntry, who: str) -> HistoryLine:
        kind, _dot, key = entry.action.partition(".")
        machine = self.machines.get(kind)
        detail: dict[str, Any] = entry.detail
        transition = next((t for t in machine.transitions if t.key == key), None) if machine else None
        what = _(transition.name) if transition else acts().get(entry.action, entry.action)
        named = self.subjects.get(entry.subject_kind, {}).get(entry.subject_id or 0, "")
        return HistoryLine(
            at=entry.at,
            who=who or _("(account gone)"),
            role=self._role(detail.get("role", "")),
            what=f"{_(machine.title)}: {what}" if transition and machine and kind != "partnership" else what,
            subject=named,
            before=self._state(machine, detail.get("from", "")),
            after=self._state(machine, detail.get("to", "")),
            comment=detail.get("comment", ""),
            documents=tuple(self._document(found) for found in detail.get("documents", ())),
            overridden=tuple(detail.get("overridden", ())),
        )

    def _role(self, key: str) -> str:
        return str(self.roles[key]) if key in self.roles else self.process.role_name(key) if key else ""

    def _document(self, found: dict[str, str]) -> dict[str, str]:
        """A version of a document of the process by its name; a file keeps the name it came with."""
        key, _v, version = found["name"].rpartition(" v")
        kind = self.process.document(key)
        return (
            found
            if kind is None
            else {**found, "name": _("%(document)s, version %(n)s", document=_(kind.name), n=version)}
        )

    def _state(self, machine: Machine | None, state: str) -> str:
        known = machine is not None and state in machine.keys
        return _(machine.state(state).name) if machine and known else _phase_name(self.process, state)


def _phase_name(process: Template, key: str) -> str:
    phase = process.phase(key)
    return _(phase.name) if phase else key
