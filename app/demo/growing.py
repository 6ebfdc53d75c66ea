"""One project of the demo on its way: proposed, described, signed, measured, and through each gate of its machine."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.accounts.models import User
from app.core.clock import Clock
from app.demo.draws import ascii_slug
from app.demo.letters import letter
from app.partnerships import queries as partnerships
from app.partnerships.models import Partnership
from app.projects import queries, services
from app.projects.kinds import (
    CostCategory,
    FundingState,
    Instrument,
    PartnerKind,
    PartnerRole,
    PlanSection,
    ProjectType,
    RegionCategory,
    Source,
    StateAid,
)
from app.projects.models import FundingLine, InvestmentProject
from app.projects.process import PIPELINE, machine_of
from app.projects.rules.plan import QUESTIONS
from app.projects.rules.trace import Thing

LEAD = frozenset({"project_lead", "lead"})
PACE = timedelta(days=17)
"""Between two steps of a project."""
LOAN = ("loan_rate", "loan_years", "loan_grace")
"""Terms of a loan, in the order of the content."""
UNMOVED = ("name", "source", "instrument", "euros", "call_id", "state_aid", "state_aid_note")
"""What an application changes nothing of."""


@dataclass
class Growing:
    """One project on its way. The clock is its own: it begins in the past and moves on with every step."""

    session: Session
    real: Clock
    partnership: Partnership
    row: dict[str, Any]
    plan: dict[str, str]
    lead: User
    now: datetime = field(init=False)
    project: InvestmentProject = field(init=False)
    ahead: list[tuple[int, Callable[[], object]]] = field(default_factory=list)
    """What happens on a day of its own, as days from today, and how it is written down."""

    def __post_init__(self) -> None:
        self.now = self.real() + timedelta(days=self.row["began"])

    def clock(self) -> datetime:
        """The project's present."""
        return self.now

    def grow(self, origin: Thing) -> InvestmentProject:
        """The project in its state, through every gate on the way."""
        machine = machine_of(self.session, self.partnership)
        place = (origin.kind, origin.id)
        self.project = services.propose(
            self.session, self.clock, self.lead, LEAD, self.partnership, self._data(), machine, place
        )
        self._consortium()
        self._money()
        self._plan()
        self._milestones()
        self._indicators()
        self._documents()
        for before, state in pairwise(PIPELINE[: PIPELINE.index(self.row["state"]) + 1]):
            self._until(self.now + PACE)
            if state == "applied":
                self._decide(FundingState.APPLIED)
            elif state == "funded":
                self._decide(FundingState.SECURED)
            step = next(t for t in machine.leaving(before) if t.target == state)
            services.take(self.session, self.clock, self.lead, LEAD, self.project, machine, step.key)
        self._until(self.real())
        return self.project

    def _until(self, moment: datetime) -> None:
        """Let time pass; what happens meanwhile is written down on its day, so that the history is in order."""
        for offset, write in sorted(self.ahead, key=lambda row: row[0]):
            day = self.real() + timedelta(days=offset)
            if self.now < day <= moment:
                self.now = day
                write()
        self.now = moment

    def _data(self) -> services.ProjectData:
        segments = [row.key for row in partnerships.segments_of(self.session, self.partnership.id)]
        return services.ProjectData(
            title=self.row["title"],
            acronym=self.row["acronym"],
            type=ProjectType(self.row["type"]),
            problem=self.row["problem"],
            solution=self.row["solution"],
            regions=self.row["regions"],
            segments=[segments[number - 1] for number in self.row["segments"] if number <= len(segments)],
            trl_start=self.row["trl"][0],
            trl_target=self.row["trl"][1],
            is_public=self.row.get("public", False),
        )

    def _consortium(self) -> None:
        for name, role, kind, country, nuts, category, contribution in self.row["partners"]:
            data = services.PartnerData(
                name, PartnerRole(role), PartnerKind(kind), country, nuts, RegionCategory(category), contribution
            )
            partner = services.add_partner(self.session, self.clock, self.lead, self.project, data)
            letter = FileStorage(io.BytesIO(_commitment(name, self.project.title)), f"letter-of-{ascii_slug(name)}.pdf")
            services.keep_letter(
                self.session, self.clock, self.lead, self.project, partner, letter,
                signed_on=self.now.date(), signatory="Managing director",
            )  # fmt: skip

    def _money(self) -> None:
        year, ids = self.real().year + 1, []
        partners = self.project.partners
        for category, label, euros, offset, partner in self.row["costs"]:
            data = services.CostData(CostCategory(category), label, euros, year + offset, partners[partner].id)
            ids.append(services.add_cost(self.session, self.clock, self.lead, self.project, data).id)
        calls = {call.code: call.id for call in queries.all_calls(self.session)}
        for line in self.row["funding"]:
            safe = line.get("state") == "secured" and "call" not in line
            services.add_funding(
                self.session,
                self.clock,
                self.lead,
                self.project,
                services.FundingData(
                    name=line["name"],
                    source=Source(line["source"]),
                    instrument=Instrument(line["instrument"]),
                    euros=line["euros"],
                    state=FundingState.SECURED if safe else FundingState.PLANNED,
                    decided_on=self.now.date() if safe else None,
                    call_id=calls[line["call"]] if "call" in line else None,
                    state_aid=StateAid(line.get("state_aid", "open")),
                    state_aid_note=line.get("state_aid_note", ""),
                    covers=[ids[number] for number in line.get("covers", ())],
                    payments={year + int(offset): euros for offset, euros in line.get("payments", {}).items()},
                    **dict(zip(LOAN, line.get("loan", ()), strict=False)),
                ),
            )
        gap = queries.material_of(self.project).gap
        if "gap" in self.row and gap > 0:
            services.declare_gap(self.session, self.clock, self.lead, self.project, gap, self.row["gap"])

    def _decide(self, state: FundingState) -> None:
        """What came of the applications: the lines under a call move on."""
        for row, line in zip(self.row["funding"], self.project.funding_lines, strict=True):
            if "call" in row:
                services.change_funding(
                    self.session, self.clock, self.lead, self.project, line, _moved(line, row, state, self.now)
                )

    def _plan(self) -> None:
        if PIPELINE.index(self.row["state"]) < PIPELINE.index("feasibility"):
            return
        names = ", ".join(partner.name for partner in self.project.partners)
        for section in PlanSection:
            services.write_section(
                self.session, self.clock, self.lead, self.project, section,
                text=self.plan[section.value].format(partners=names), answered=range(QUESTIONS[section]),
                based_on=0,
            )  # fmt: skip

    def _milestones(self) -> None:
        today = self.real().date()
        for title, offset in self.row["milestones"]:
            due = today + timedelta(days=offset)
            made = services.add_milestone(self.session, self.clock, self.lead, self.project, title=title, due=due)
            if offset < 0:
                reached = partial(
                    services.reach_milestone, self.session, self.clock, self.lead, self.project, made, due
                )
                self.ahead.append((offset, reached))

    def _indicators(self) -> None:
        today = self.real().date()
        for row in self.row["indicators"]:
            due = today + timedelta(days=row["due"])
            data = services.IndicatorData(row["name"], row["unit"], row["start"], row["target"], due)
            made = services.add_indicator(self.session, self.clock, self.lead, self.project, data)
            for offset, value, source in row["values"]:
                day = today + timedelta(days=offset)
                measured = partial(
                    services.measure, self.session, self.clock, self.lead, self.project, made, day, value, source
                )
                self.ahead.append((offset, measured))

    def _documents(self) -> None:
        """Documents beside sections of the plan, each added on its day."""
        for row in self.row.get("documents", ()):
            upload = FileStorage(io.BytesIO(letter(row["lines"])), row["name"])
            section = PlanSection(row["section"])
            added = partial(services.attach, self.session, self.clock, self.lead, self.project, section, upload)
            self.ahead.append((row["day"], added))


def _moved(line: FundingLine, row: dict[str, Any], state: FundingState, now: datetime) -> services.FundingData:
    """The line as it was, with what became of its application."""
    same = {name: getattr(line, name) for name in (*UNMOVED, *LOAN)}
    return services.FundingData(
        **same,
        state=state,
        reference=row.get("reference", ""),
        decided_on=now.date() if state is FundingState.SECURED else None,
        covers=[cover.budget_line_id for cover in line.covers],
        payments={payment.year: payment.euros for payment in line.payments},
    )


def _commitment(name: str, title: str) -> bytes:
    """A partner's letter of one page."""
    promise = f"{name} takes part in the project"
    return letter(["Letter of commitment", "", promise, f"“{title}”", "as described in its business plan."])
