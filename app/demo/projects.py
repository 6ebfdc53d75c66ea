"""The demo's investment projects: six of them, one of each type, each brought to its state by its own gates.

Nothing is put into a state: every project is proposed, described and signed, and takes each transition of its machine,
so that what the demo shows has passed the checks the product makes.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.queries import user_by_email
from app.core.clock import Clock
from app.demo.content import read
from app.demo.growing import Growing
from app.demo.partnering import PartnershipStage
from app.demo.project_days import ProjectDays
from app.events.models import Event
from app.events.queries import sessions_of
from app.feedback import services as reports
from app.feedback.queries import half_year_before, reports_of
from app.partnerships import queries as partnerships
from app.partnerships.models import MemberRole, Partnership, Role
from app.projects import queries, services
from app.projects.kinds import Source
from app.projects.models import FundingCall
from app.projects.rules.trace import Thing
from app.projects.trace_links import candidates
from app.workshops.queries import kept_findings


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
    holding = ProjectDays(session, clock, content["days"], partnership, actor)
    days = holding.load()
    services.link_event(session, clock, partnership, event)
    met = holding.meetings(days)
    encounters = {
        "meeting": [Thing("meeting", request.id) for request in met],
        "workshop": [Thing("workshop", row.id) for row in sessions_of(session, days.id)],
    }
    unknown = [thing for thing, request in zip(encounters["meeting"], met, strict=True) if request.finding_id is None]
    _trace_by_hand(session, clock, partnership, unknown, encounters["workshop"], actor, content["days"]["by_hand"])
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


def _trace_by_hand(
    session: Session,
    clock: Clock,
    partnership: Partnership,
    meetings: list[Thing],
    workshops: list[Thing],
    actor: User,
    row: dict[str, str],
) -> None:
    """Enter what an encounter came from where it does not know it: the finding on a segment.

    Without a survey each came from a priority of a member's strategy; with one, workshops name findings themselves.
    """
    findings = kept_findings(session, partnership.id)
    fitting = [found for found in findings if found.segment == row["segment"]] or findings
    sources = [Thing("match", found.id) for found in fitting[:1]]
    wanted = meetings if findings else meetings + workshops
    sources = sources or [thing for thing in candidates(session, partnership.id) if thing.kind == "priority"]
    for number, thing in enumerate(wanted if sources else ()):
        services.link_source(session, clock, actor, partnership, thing, sources[number % len(sources)], row["note"])


def _lead(session: Session, content: dict[str, Any], row: dict[str, Any], actor: User) -> User:
    """The first of those who met; of a workshop the region that called for it."""
    if row["origin"] == "workshop":
        return actor
    person = content["days"]["people"][content["days"]["meetings"][row["encounter"]][0]]
    return user_by_email(session, person[1]) or actor
