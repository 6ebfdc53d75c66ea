"""What the trace knows of each kind of thing: how it is called, where its page is, and what it came from.

One `Link` for each kind, in `LINKS`. To bring in a new kind, write its functions and add one line. `describe` and
`sources` take a session and ids and return a dict, so that a whole layer of the trace costs two queries; `offered`
gives the things of a partnership that a project, or a step entered by hand, may name. What somebody linked by hand
(`TraceLink`) comes on top, for every kind.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.events.models import Event, EventSession
from app.meetings.models import MeetingRequest
from app.partnerships.models import Partnership, RegionalPriority
from app.projects import queries
from app.projects.models import FundingLine, InvestmentProject, ProjectOrigin
from app.projects.rules.trace import Thing
from app.projects.wording import euros, name
from app.registrations.models import Participant


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


def _employer(participant: Participant) -> str:
    return participant.organisation.name if participant.organisation else participant.user.name


def _workshops(session: Session, ids: Collection[int]) -> dict[int, Described]:
    query = select(EventSession, Event).join(Event, Event.id == EventSession.event_id)
    return {
        row.id: Described(row.title, event.name, "events.show", {"slug": event.slug})
        for row, event in session.execute(query.where(EventSession.id.in_(ids)))
    }


# Priorities


def _priorities(session: Session, ids: Collection[int]) -> dict[int, Described]:
    query = select(RegionalPriority).where(RegionalPriority.id.in_(ids))
    return {row.id: Described(row.title, row.nuts, link=row.link) for row in session.scalars(query)}


LINKS: dict[str, Link] = {
    "funding_line": Link(_funding_lines, _funding_sources, none_offered),
    "project": Link(_projects, _project_sources, none_offered),
    "workshop": Link(_workshops, no_sources, lambda db, number: [row.id for row in queries.workshops(db, number)]),
    "meeting": Link(_meetings, no_sources, lambda db, number: [row.id for row in queries.agreed_meetings(db, number)]),
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
