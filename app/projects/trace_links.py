"""What the trace knows of each kind of thing: how it is called, where its page is, and what it came from.

One `Link` for each kind, in `LINKS`. To bring in a new kind, write its functions and add one line. `describe` and
`sources` take a session and ids and return a dict, so that a whole layer of the trace costs two queries; `offered`
gives the things of a partnership that a project, or a step entered by hand, may name. What somebody linked by hand
(`TraceLink`) comes on top, for every kind.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.events.models import Event, EventSession
from app.meetings.models import MeetingRequest, RequestState
from app.organisations import reference
from app.partnerships.models import Partnership, RegionalPriority
from app.projects import queries
from app.projects.models import FundingLine, InvestmentProject, ProjectOrigin
from app.projects.rules.trace import Thing
from app.projects.wording import euros, name
from app.registrations.models import Participant
from app.surveys.models import MatchFinding, MatchingRun, SurveyAnswer, SurveyCampaign, SurveyResponse
from app.workshops import queries as workshops
from app.workshops.models import Workshop
from app.workshops.wording import finding as finding_words


@dataclass(frozen=True)
class Described:
    """A thing in words: what it is called, one line more, and where it can be seen.

    That is a page of ours (endpoint and values, or none), or an address elsewhere in `link`.
    """

    label: str
    detail: str = ""
    endpoint: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    link: str = ""

    @property
    def url(self) -> str:
        """The address, '' for nowhere; pages of ours only within a request."""
        return url_for(self.endpoint, **self.values) if self.endpoint else self.link


Describe = Callable[[Session, Collection[int]], dict[int, Described]]
Sources = Callable[[Session, Collection[int]], dict[int, list[Thing]]]
Offered = Callable[[Session, int], list[int]]


@dataclass(frozen=True)
class Link:
    """One kind: how to describe rows, what they came from by themselves, which of a partnership's can be named."""

    describe: Describe
    sources: Sources
    offered: Offered


def no_sources(_session: Session, _ids: Collection[int]) -> dict[int, list[Thing]]:
    """For kinds that know nothing of where they came from; links by hand still count."""
    return {}


def none_offered(_session: Session, _partnership_id: int) -> list[int]:
    """For kinds that nobody names by hand."""
    return []


# Funding lines and projects


def _funding_lines(session: Session, ids: Collection[int]) -> dict[int, Described]:
    query = select(FundingLine).where(FundingLine.id.in_(ids)).options(selectinload(FundingLine.project))
    return {
        line.id: Described(
            line.name,
            f"{name(line.source)}, {euros(line.euros)}, {name(line.state)}",
            "projects.funding",
            _place(session, line.project),
        )
        for line in session.scalars(query)
    }


def _place(session: Session, project: InvestmentProject) -> dict[str, object]:
    return {"partnership": session.get_one(Partnership, project.partnership_id).slug, "number": project.number}


def _funding_sources(session: Session, ids: Collection[int]) -> dict[int, list[Thing]]:
    rows = session.execute(select(FundingLine.id, FundingLine.project_id).where(FundingLine.id.in_(ids)))
    return {row.id: [Thing("project", row.project_id)] for row in rows}


def _projects(session: Session, ids: Collection[int]) -> dict[int, Described]:
    query = select(InvestmentProject).where(InvestmentProject.id.in_(ids))
    return {
        row.id: Described(row.title, name(row.type), "projects.show", _place(session, row))
        for row in session.scalars(query)
    }


def _project_sources(session: Session, ids: Collection[int]) -> dict[int, list[Thing]]:
    found: dict[int, list[Thing]] = {}
    query = select(ProjectOrigin).where(ProjectOrigin.project_id.in_(ids)).order_by(ProjectOrigin.id)
    for origin in session.scalars(query):
        found.setdefault(origin.project_id, []).append(Thing(origin.kind, origin.ref_id))
    return found


# Meetings and workshops


def _meetings(session: Session, ids: Collection[int]) -> dict[int, Described]:
    """By the organisations that met; who sat there is nobody's business outside the event."""
    query = select(MeetingRequest, Event).join(Event, Event.id == MeetingRequest.event_id)
    query = query.where(MeetingRequest.id.in_(ids)).options(
        selectinload(MeetingRequest.requester).selectinload(Participant.organisation),
        selectinload(MeetingRequest.recipient).selectinload(Participant.organisation),
    )
    return {
        request.id: Described(
            _("%(one)s and %(other)s", one=_employer(request.requester), other=_employer(request.recipient)),
            event.name,
            "events.show",
            {"slug": event.slug},
        )
        for request, event in session.execute(query)
    }


def _meeting_sources(session: Session, ids: Collection[int]) -> dict[int, list[Thing]]:
    """A meeting that was proposed came from its request."""
    query = select(MeetingRequest.id).where(MeetingRequest.id.in_(ids), MeetingRequest.finding_id.is_not(None))
    return {number: [Thing("request", number)] for number in session.scalars(query)}


def _offered_meetings(session: Session, partnership_id: int) -> list[int]:
    return [row.id for row in queries.agreed_meetings(session, partnership_id)]


def _requests(session: Session, ids: Collection[int]) -> dict[int, Described]:
    """Like meetings, with how the request stands."""
    query = select(MeetingRequest.id, MeetingRequest.state).where(MeetingRequest.id.in_(ids))
    states = dict(session.execute(query).all())
    said = {
        RequestState.OPEN: _("open"),
        RequestState.ACCEPTED: _("accepted"),
        RequestState.DECLINED: _("declined"),
        RequestState.WITHDRAWN: _("taken back"),
    }
    return {
        number: replace(words, detail=f"{words.detail}, {said[states[number]]}")
        for number, words in _meetings(session, ids).items()
    }


def _request_sources(session: Session, ids: Collection[int]) -> dict[int, list[Thing]]:
    """The finding a request was proposed from."""
    query = select(MeetingRequest.id, MeetingRequest.finding_id)
    rows = session.execute(query.where(MeetingRequest.id.in_(ids), MeetingRequest.finding_id.is_not(None)))
    return {row.id: [Thing("match", row.finding_id)] for row in rows}


def _employer(participant: Participant) -> str:
    return participant.organisation.name if participant.organisation else participant.user.name


def _workshops(session: Session, ids: Collection[int]) -> dict[int, Described]:
    """By their sessions; those that are prepared as workshops have a page of their own."""
    prepared = set(session.scalars(select(Workshop.session_id).where(Workshop.session_id.in_(ids))))
    query = select(EventSession, Event).join(Event, Event.id == EventSession.event_id)
    found = {}
    for row, event in session.execute(query.where(EventSession.id.in_(ids))):
        endpoint = "events.show"
        values: dict[str, Any] = {"slug": event.slug}
        if row.id in prepared:
            endpoint, values["number"] = "workshops.show", row.id
        found[row.id] = Described(row.title, event.name, endpoint, values)
    return found


def _workshop_sources(session: Session, ids: Collection[int]) -> dict[int, list[Thing]]:
    found = workshops.findings_by_session(session, ids)
    return {number: [Thing("match", finding) for finding in findings] for number, findings in found.items()}


def _offered_workshops(session: Session, partnership_id: int) -> list[int]:
    """Those of events that serve the partnership, and those that say so themselves."""
    own = [workshop.session_id for workshop, _event in workshops.workshops_of_partnership(session, partnership_id)]
    return list(dict.fromkeys([*(row.id for row in queries.workshops(session, partnership_id)), *own]))


# Matches and answers


def _matches(session: Session, ids: Collection[int]) -> dict[int, Described]:
    query = select(MatchFinding).where(MatchFinding.id.in_(ids))
    query = query.options(
        joinedload(MatchFinding.run).joinedload(MatchingRun.campaign).joinedload(SurveyCampaign.partnership)
    )
    found = {}
    for row in session.scalars(query):
        campaign = row.run.campaign
        values = {"partnership": campaign.partnership.slug, "code": campaign.code}
        detail = _("%(survey)s, run %(n)d", survey=campaign.title, n=row.run.number)
        place = {**values, "number": row.run.number, "row": row.id}
        found[row.id] = Described(finding_words(row), detail, "surveys.finding", place)
    return found


def _match_sources(session: Session, ids: Collection[int]) -> dict[int, list[Thing]]:
    """The answers a finding rests on, as its immutable evidence has them."""
    rows = session.execute(select(MatchFinding.id, MatchFinding.evidence).where(MatchFinding.id.in_(ids)))
    return {
        row.id: [Thing("answer", number) for number in dict.fromkeys(line["response"] for line in row.evidence)]
        for row in rows
    }


def _offered_matches(session: Session, partnership_id: int) -> list[int]:
    return [row.id for row in workshops.kept_findings(session, partnership_id)]


def _answers(session: Session, ids: Collection[int]) -> dict[int, Described]:
    """By code and region: who answered is told by the survey's own pages, within what the respondent allows."""
    query = select(SurveyResponse.id, SurveyResponse.code, SurveyResponse.nuts).where(SurveyResponse.id.in_(ids))
    return {
        row.id: Described(_("Answer %(code)s", code=row.code), f"{reference.regions().label(row.nuts)} ({row.nuts})")
        for row in session.execute(query)
    }


def _answer_sources(session: Session, ids: Collection[int]) -> dict[int, list[Thing]]:
    """The regional priorities that the entries of an answer name."""
    query = select(SurveyAnswer.response_id, SurveyAnswer.content).where(SurveyAnswer.response_id.in_(ids))
    named: dict[int, dict[int, None]] = {}
    for number, content in session.execute(query.order_by(SurveyAnswer.id)):
        for item in content.get("items", ()):
            priority = str(item.get("priority") or "")
            if priority.isdecimal():
                named.setdefault(number, {})[int(priority)] = None
    known = {number for own in named.values() for number in own}
    there = set(session.scalars(select(RegionalPriority.id).where(RegionalPriority.id.in_(known))))
    return {number: [Thing("priority", key) for key in own if key in there] for number, own in named.items()}


# Priorities


def _priorities(session: Session, ids: Collection[int]) -> dict[int, Described]:
    query = select(RegionalPriority).where(RegionalPriority.id.in_(ids))
    return {row.id: Described(row.title, row.nuts, link=row.link) for row in session.scalars(query)}


LINKS: dict[str, Link] = {
    "funding_line": Link(_funding_lines, _funding_sources, none_offered),
    "project": Link(_projects, _project_sources, none_offered),
    "workshop": Link(_workshops, _workshop_sources, _offered_workshops),
    "meeting": Link(_meetings, _meeting_sources, _offered_meetings),
    "request": Link(_requests, _request_sources, none_offered),
    "match": Link(_matches, _match_sources, _offered_matches),
    "answer": Link(_answers, _answer_sources, none_offered),
    "priority": Link(
        _priorities, no_sources, lambda db, number: [row.id for row in queries.partnership_priorities(db, number)]
    ),
}


def candidates(session: Session, partnership_id: int) -> list[Thing]:
    """Everything of a partnership that can be named as where something came from."""
    return [Thing(kind, ref_id) for kind, link in LINKS.items() for ref_id in link.offered(session, partnership_id)]


def exists(session: Session, kind: str, ref_id: int) -> bool:
    """True when there is such a thing, of a kind the trace knows."""
    return kind in LINKS and ref_id in LINKS[kind].describe(session, [ref_id])


def describe(session: Session, things: Iterable[Thing]) -> dict[Thing, Described]:
    """All things in words; one that is gone, or of a kind nobody knows, is called by kind and number."""
    by_kind: dict[str, list[int]] = {}
    wanted = list(things)
    for thing in wanted:
        by_kind.setdefault(thing.kind, []).append(thing.id)
    found = {
        Thing(kind, ref_id): words
        for kind, ids in by_kind.items()
        if kind in LINKS
        for ref_id, words in LINKS[kind].describe(session, ids).items()
    }
    for thing in wanted:
        if thing not in found:
            found[thing] = Described(f"{thing.kind} {thing.id}", _("not there any more"))
    return found
