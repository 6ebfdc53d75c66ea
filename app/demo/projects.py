"""The demo's investment projects: six of them, one of each type, each brought to its state by its own gates.

Nothing is put into a state: every project is proposed, described and signed, and takes each transition of its machine,
so that what the demo shows has passed the checks the product makes.
"""

import io
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.accounts.models import User
from app.accounts.queries import user_by_email
from app.core.clock import Clock
from app.demo.content import read
from app.demo.partnering import PartnershipStage
from app.demo.project_days import ProjectDays
from app.events.models import Event
from app.events.queries import sessions_of
from app.feedback import services as reports
from app.feedback.queries import half_year_before, reports_of
from app.meetings.models import MeetingRequest
from app.partnerships import queries as partnerships
from app.partnerships.models import MemberRole, Partnership, Role
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
from app.projects.models import FundingCall, FundingLine, InvestmentProject
from app.projects.process import PIPELINE, machine_of
from app.projects.rules.plan import QUESTIONS
from app.projects.rules.trace import Thing
from app.projects.trace_links import candidates

LEAD = frozenset({"project_lead", "lead"})
PACE = timedelta(days=17)
"""Between two steps of a project."""


def grow_projects(stage: PartnershipStage) -> None:
    """A step of the partnership stage: the six projects and an accepted report. Does nothing when they are there.

    The first lead region acts, and the secretariat accepts; raises RuntimeError when one of them has no account.
    """
    here = partnerships.roles_given(stage.session, stage.partnership.id)
    lead = next((row.user for row in here if row.member and row.member.role is MemberRole.LEAD), None)
    everywhere = [*here, *partnerships.roles_given(stage.session, None)]
    secretariat = next((row.user for row in everywhere if row.role is Role.SECRETARIAT), None)
    if lead is None or secretariat is None:
        raise RuntimeError("the demo partnership has no lead region or no secretariat")
    load_projects(stage.session, stage.clock, stage.partnership, stage.event, lead)
    load_report(stage.session, stage.clock, stage.partnership, lead, secretariat)


def load_projects(session: Session, clock: Clock, partnership: Partnership, event: Event, actor: User) -> int:
    """The calls, the project days and the six projects; nothing when the partnership has projects. Returns how many.

    `event` is the partnership's large event; `actor` speaks for a lead region.
    """
    if queries.projects_of(session, partnership.id):
        return 0
    content = read("projects.toml")
    for row in content["calls"]:
        _call(session, clock, row)
    days = ProjectDays(session, clock, content["days"]).load()
    for served in (days, event):
        services.link_event(session, clock, partnership, served)
    encounters = _encounters(session, days)
    _trace_encounters(session, clock, partnership, encounters, actor)
    for row in content["projects"]:
        origin = encounters[row["origin"]][row["encounter"]]
        Growing(session, clock, partnership, row, content["plan"], _lead(session, content, row, actor)).grow(origin)
    return len(content["projects"])


def load_report(session: Session, clock: Clock, partnership: Partnership, lead: User, secretariat: User) -> bool:
    """The report on the half-year before this one, submitted and accepted; False when there is a report already."""
    if reports_of(session, partnership.id):
        return False
    words = read("projects.toml")["report"]
    first = half_year_before(clock().date())
    roles = frozenset({"lead"})
    report = reports.begin(session, clock, lead, roles, partnership, first)
    reports.edit(session, clock, lead, report, reports.ReportData(words), based_on=report.revision)
    reports.take(session, clock, lead, roles, report, "submit")
    reports.take(session, clock, secretariat, frozenset({"secretariat"}), report, "accept")
    return True


def _call(session: Session, clock: Clock, row: dict[str, Any]) -> FundingCall:
    closes = (clock() + timedelta(days=row["closes_in_days"])).replace(hour=16, minute=0, second=0, microsecond=0)
    data = services.CallData(
        code=row["code"],
        title=row["title"],
        source=Source(row["source"]),
        opens_on=(clock() + timedelta(days=row["opens_in_days"])).date(),
        deadline=closes,
        rate_cap=row.get("rate_cap"),
        min_euros=row.get("min_euros"),
        max_euros=row.get("max_euros"),
        min_trl=row.get("min_trl"),
        consortium=services.rules_of(row["rules"]),
        note=row["note"],
    )
    return services.add_call(session, clock, None, data)


def _encounters(session: Session, days: Event) -> dict[str, list[Thing]]:
    """The meetings and workshops of the project days in order."""
    return {
        "meeting": [
            Thing("meeting", number)
            for number in session.scalars(
                select(MeetingRequest.id).where(MeetingRequest.event_id == days.id).order_by(MeetingRequest.id)
            )
        ],
        "workshop": [Thing("workshop", row.id) for row in sessions_of(session, days.id)],
    }


def _trace_encounters(
    session: Session, clock: Clock, partnership: Partnership, encounters: dict[str, list[Thing]], actor: User
) -> None:
    """Each encounter came from a match where there are matches, else from a priority of a member's strategy."""
    offered = candidates(session, partnership.id)
    sources = [thing for thing in offered if thing.kind == "match"]
    sources = sources or [thing for thing in offered if thing.kind == "priority"]
    everything = [thing for things in encounters.values() for thing in things]
    for number, thing in enumerate(everything):
        if sources:
            source = sources[number % len(sources)]
            services.link_source(session, clock, actor, partnership, thing, source, "Named in the invitation.")


def _lead(session: Session, content: dict[str, Any], row: dict[str, Any], actor: User) -> User:
    """Who asked for the meeting; of a workshop the region that called for it."""
    if row["origin"] == "workshop":
        return actor
    person = content["days"]["people"][content["days"]["meetings"][row["encounter"]][0]]
    return user_by_email(session, person[1]) or actor


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
        for before, state in pairwise(PIPELINE[: PIPELINE.index(self.row["state"]) + 1]):
            self.now += PACE
            if state == "applied":
                self._decide(FundingState.APPLIED)
            elif state == "funded":
                self._decide(FundingState.SECURED)
            step = next(t for t in machine.leaving(before) if t.target == state)
            services.take(self.session, self.clock, self.lead, LEAD, self.project, machine, step.key)
        return self.project

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
            letter = FileStorage(io.BytesIO(_letter(name, self.project.title)), f"letter-{partner.id}.pdf")
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
                services.reach_milestone(self.session, self.real, self.lead, self.project, made, due)


def _moved(line: FundingLine, row: dict[str, Any], state: FundingState, now: datetime) -> services.FundingData:
    return services.FundingData(
        name=line.name,
        source=line.source,
        instrument=line.instrument,
        euros=line.euros,
        state=state,
        call_id=line.call_id,
        reference=row.get("reference", ""),
        state_aid=line.state_aid,
        state_aid_note=line.state_aid_note,
        decided_on=now.date() if state is FundingState.SECURED else None,
        covers=[cover.budget_line_id for cover in line.covers],
        payments={payment.year: payment.euros for payment in line.payments},
    )


def _letter(name: str, title: str) -> bytes:
    """A letter of one page."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    page = Canvas(out, pagesize=A4)
    promise = f"{name} takes part in the project “{title}”"
    lines = ("Letter of commitment", "", promise, "as described in its business plan.")
    for number, line in enumerate(lines):
        page.drawString(72, 760 - 18 * number, line.encode("latin-1", "replace").decode("latin-1"))
    page.save()
    return out.getvalue()
