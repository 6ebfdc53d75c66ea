"""The figures of a report, gathered from what happened.

Everything is counted from rows of the period: memberships that began or ended, meetings in published timetables
whose slot lies in it, projects that came into being, money that was secured. States are those at the moment of
gathering.
"""

from collections import Counter
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.events.models import EventSession, SessionKind, Slot
from app.feedback.rules import Period
from app.organisations import reference
from app.partnerships import queries as partnerships
from app.partnerships.models import Partnership
from app.projects import queries as projects
from app.projects.kinds import FundingState, Source
from app.projects.models import InvestmentProject, ProjectIndicator
from app.registrations.models import Participant, RegistrationState
from app.timetables.models import Meeting, MeetingState, Timetable, TimetableState

COUNTED = (
    "members", "member_countries", "joined", "left", "events", "participants", "meetings", "workshops", "projects",
    "new_projects", "projects_funded", "i3_projects", "budget", "secured", "secured_in_period", "applied", "gap",
)  # fmt: skip
"""Single figures, in the order of the report; amounts are whole euros."""
AMOUNTS = frozenset({"budget", "secured", "secured_in_period", "applied", "gap"})


def gather(session: Session, partnership: Partnership, period: Period) -> dict[str, Any]:
    """All figures: those of `COUNTED`; 'by_state', 'by_type', 'by_source' (planned, applied, secured); and by name
    'event_names', 'joined_regions', 'left_regions', 'project_titles' of new projects, and 'indicators' of all
    projects with their newest value in or before the period."""
    return {
        **_members(session, partnership, period),
        **_events(session, partnership, period),
        **_projects(session, partnership, period),
    }


def _members(session: Session, partnership: Partnership, period: Period) -> dict[str, Any]:
    present = partnerships.members_of(session, partnership.id)
    everybody = partnerships.members_of(session, partnership.id, everybody=True)
    joined = [member.nuts for member in everybody if period.holds(member.joined_at)]
    left = [member.nuts for member in everybody if period.holds(member.left_at)]
    return {
        "members": len(present),
        "member_countries": len({reference.region_country(member.nuts) for member in present}),
        "joined": len(joined),
        "left": len(left),
        "joined_regions": joined,
        "left_regions": left,
    }


def _events(session: Session, partnership: Partnership, period: Period) -> dict[str, Any]:
    held = [
        event
        for event in projects.events_of(session, partnership.id)
        if any(period.holds(start) for start in session.scalars(_starts(event.id)))
    ]
    ids = [event.id for event in held]
    approved = select(func.count()).select_from(Participant).where(Participant.event_id.in_(ids))
    meetings = select(func.count()).select_from(Meeting).join(Timetable, Timetable.id == Meeting.timetable_id)
    meetings = meetings.join(Slot, Slot.id == Meeting.slot_id).where(
        Timetable.event_id.in_(ids),
        Timetable.state == TimetableState.PUBLISHED,
        Meeting.state == MeetingState.SCHEDULED,
        Slot.starts_at >= period.first_moment,
        Slot.starts_at < period.end,
    )
    workshops = (
        select(func.count())
        .select_from(EventSession)
        .where(
            EventSession.event_id.in_(ids),
            EventSession.kind == SessionKind.WORKSHOP,
            EventSession.starts_at >= period.first_moment,
            EventSession.starts_at < period.end,
        )
    )
    return {
        "events": len(held),
        "event_names": [event.name for event in held],
        "participants": session.scalar(approved.where(Participant.state == RegistrationState.APPROVED)) or 0,
        "meetings": session.scalar(meetings) or 0,
        "workshops": session.scalar(workshops) or 0,
    }


def _starts(event_id: int) -> Any:
    """When something happens at an event: its slots and sessions."""
    slots = select(Slot.starts_at).where(Slot.event_id == event_id)
    return slots.union(select(EventSession.starts_at).where(EventSession.event_id == event_id))


def _projects(session: Session, partnership: Partnership, period: Period) -> dict[str, Any]:
    rows = projects.projects_of(session, partnership.id)
    materials = [projects.material_of(row) for row in rows]
    new = [row for row in rows if period.holds(row.created_at)]
    sums = {state: _sum(rows, state) for state in FundingState}
    return {
        "projects": len(rows),
        "new_projects": len(new),
        "project_titles": [row.title for row in new],
        "indicators": [_indicator(row, each, period) for row in rows for each in row.indicators],
        "projects_funded": sum(_has(row, None) for row in rows),
        "i3_projects": sum(_has(row, Source.I3) for row in rows),
        "budget": sum(material.budget for material in materials),
        "secured": sums[FundingState.SECURED].total(),
        "secured_in_period": sum(
            line.euros
            for row in rows
            for line in row.funding_lines
            if line.state is FundingState.SECURED and period.holds_day(line.decided_on)
        ),
        "applied": sums[FundingState.APPLIED].total(),
        "gap": sum(max(0, material.gap) for material in materials),
        "by_state": dict(Counter(row.state for row in rows)),
        "by_type": dict(Counter(row.type.value for row in rows)),
        "by_source": {
            source.value: {
                state.value: sums[state][source] for state in FundingState if state is not FundingState.REJECTED
            }
            for source in Source
            if any(sums[state][source] for state in FundingState if state is not FundingState.REJECTED)
        },
    }


def _indicator(project: InvestmentProject, row: ProjectIndicator, period: Period) -> dict[str, Any]:
    """An indicator with its newest value at the end of the period, if it was measured by then."""
    newest = row.value_on(period.ends_on)
    return {
        "project": project.title,
        "name": row.name,
        "unit": row.unit,
        "target": row.target,
        "due": row.due.isoformat(),
        "value": newest.value if newest else None,
        "day": newest.day.isoformat() if newest else None,
        "share": round(100 * row.share(newest.value)) if newest else 0,
    }


def _sum(rows: list[InvestmentProject], state: FundingState) -> Counter[Source]:
    """Euros by source of all funding lines in a state."""
    found: Counter[Source] = Counter()
    for row in rows:
        for line in row.funding_lines:
            if line.state is state:
                found[line.source] += line.euros
    return found


def _has(project: InvestmentProject, source: Source | None) -> bool:
    """True when some money of this source, or of any, is secured."""
    return any(line.state is FundingState.SECURED and source in {None, line.source} for line in project.funding_lines)
