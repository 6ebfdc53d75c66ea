"""The partner directory: search, filters and ranking over the participants one may meet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.accounts.models import User
from app.events.models import Event
from app.events.queries import permissions_of, types_of
from app.marketplace.models import Entry
from app.marketplace.queries import openly_shown
from app.matching.models import MarkKind, Recommendation, RecommendationMark
from app.meetings.models import MeetingRequest, Veto
from app.meetings.queries import pair_condition
from app.organisations import reference
from app.organisations.classifications import CodeList
from app.organisations.models import Organisation
from app.registrations.models import Participant, RegistrationState

PER_PAGE = 24
SORTS = ("match", "gain", "give", "name", "organisation", "newest")
STATUSES = ("new", "asked", "saved", "dismissed")


@dataclass(frozen=True)
class PartnerFilter:
    """What the reader asked for; empty values ask for nothing."""

    q: str = ""
    type_id: int | None = None
    country: str = ""
    sector: str = ""
    position: str = ""
    language: str = ""
    kind: str = ""
    status: str = ""
    sort: str = "match"
    page: int = 1

    @classmethod
    def from_args(cls, args: Mapping[str, str], default_sort: str = "match") -> "PartnerFilter":
        """From the address; nonsense falls back to nothing rather than to an error page."""

        def number(name: str, default: int | None) -> int | None:
            value = args.get(name, "")
            return int(value) if value.isdecimal() else default

        sort = args.get("sort", "")
        text = {name: args.get(name, "").strip()[:100] for name in ("q", "country", "sector", "position", "language")}
        return cls(
            **text,
            type_id=number("type", None),
            kind=args.get("kind", "") if args.get("kind") in {"need", "offer"} else "",
            status=args.get("status", "") if args.get("status") in STATUSES else "",
            sort=sort if sort in SORTS else default_sort,
            page=max(1, number("page", 1) or 1),
        )


@dataclass(frozen=True)
class PartnerRow:
    """One line of the directory."""

    participant: Participant
    recommendation: Recommendation | None
    request: MeetingRequest | None
    mark: RecommendationMark | None


@dataclass(frozen=True)
class PartnerPage:
    """One page of the directory; `total` counts all pages."""

    rows: Sequence[PartnerRow]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


def find_partners(session: Session, event: Event, viewer: Participant, wanted: PartnerFilter) -> PartnerPage:
    """The participants `viewer` may meet and that fit the filter, best first; two queries."""
    query = _meetable(session, event, viewer).where(*_conditions(session, event, viewer, wanted))
    total = session.scalar(select(func.count()).select_from(query.with_only_columns(Participant.id).subquery())) or 0
    page = min(wanted.page, max(1, -(-total // PER_PAGE)))
    ranked: Select[Any] = (
        query.outerjoin(
            Recommendation,
            and_(Recommendation.participant_id == viewer.id, Recommendation.other_id == Participant.id),
        )
        .outerjoin(MeetingRequest, pair_condition(viewer.id))
        .outerjoin(RecommendationMark, _mark_condition(viewer.id))
        .add_columns(Recommendation, MeetingRequest, RecommendationMark)
        .options(
            contains_eager(Participant.user),
            contains_eager(Participant.organisation),
            joinedload(Participant.type),
        )
        .order_by(*_order(wanted.sort))
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    rows = [PartnerRow(*row) for row in session.execute(ranked)]
    return PartnerPage(rows, total, page)


def _meetable(session: Session, event: Event, viewer: Participant) -> Select[Participant]:
    """Approved participants of other organisations, without vetoes in either direction."""
    vetoed = exists().where(
        or_(
            and_(Veto.participant_id == viewer.id, Veto.other_id == Participant.id),
            and_(Veto.participant_id == Participant.id, Veto.other_id == viewer.id),
        )
    )
    query = (
        select(Participant)
        .join(User, User.id == Participant.user_id)
        .join(Organisation, Organisation.id == Participant.organisation_id)
        .where(
            Participant.event_id == event.id,
            Participant.state == RegistrationState.APPROVED,
            Participant.organisation_id != viewer.organisation_id,
            ~vetoed,
        )
    )
    permissions = permissions_of(session, event.id)
    if permissions is not None:
        theirs = {b for a, b in permissions if a == viewer.type_id} | {a for a, b in permissions if b == viewer.type_id}
        query = query.where(Participant.type_id.in_(theirs))
    return query


def _conditions(
    session: Session, event: Event, viewer: Participant, wanted: PartnerFilter
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for word in wanted.q.split()[:8]:
        entry_has = or_(Entry.title.icontains(word, autoescape=True), Entry.text.icontains(word, autoescape=True))
        found.append(
            or_(
                User.name.icontains(word, autoescape=True),
                Organisation.name.icontains(word, autoescape=True),
                Organisation.description.icontains(word, autoescape=True),
                Participant.job_title.icontains(word, autoescape=True),
                exists().where(Entry.participant_id == Participant.id, openly_shown(), entry_has),
            )
        )
    if wanted.type_id:
        found.append(Participant.type_id == wanted.type_id)
    if wanted.country:
        found.append(Organisation.country == wanted.country)
    if wanted.sector:
        found.append(Organisation.nace.in_(codes_of_section(session, event.id, wanted.sector)))
    if wanted.position:
        found.append(Participant.value_chain_position == wanted.position)
    if wanted.language:
        found.append(Participant.id.in_(speakers_of(session, event.id, wanted.language)))
    if wanted.kind:
        found.append(exists().where(Entry.participant_id == Participant.id, openly_shown(), Entry.kind == wanted.kind))
    if wanted.status:
        found.append(_stands(viewer, wanted.status))
    if wanted.status != "dismissed":
        found.append(~_marked(viewer, MarkKind.DISMISSED))
    return found


def _stands(viewer: Participant, status: str) -> ColumnElement[bool]:
    """How the viewer stands with a participant: a request between them or not, saved, dismissed."""
    if status in {"saved", "dismissed"}:
        return _marked(viewer, MarkKind(status))
    asked = exists(select(MeetingRequest.id).where(pair_condition(viewer.id)).correlate(Participant))
    return asked if status == "asked" else ~asked


def _mark_condition(viewer_id: int) -> ColumnElement[bool]:
    return and_(RecommendationMark.participant_id == viewer_id, RecommendationMark.other_id == Participant.id)


def _marked(viewer: Participant, kind: MarkKind) -> ColumnElement[bool]:
    of_kind = select(RecommendationMark.other_id).where(_mark_condition(viewer.id), RecommendationMark.kind == kind)
    return exists(of_kind.correlate(Participant))


def _order(sort: str) -> tuple[Any, ...]:
    by_name = (func.lower(User.name), Participant.id)
    if sort == "name":
        return by_name
    if sort == "organisation":
        return (func.lower(Organisation.name), *by_name)
    if sort == "newest":
        return (Participant.created_at.desc(), Participant.id)
    unknown_last = case((Recommendation.score.is_(None), 1), else_=0)
    if sort in {"gain", "give"}:
        one_way = Recommendation.gain if sort == "gain" else Recommendation.give
        return (unknown_last, one_way.desc(), Recommendation.score.desc(), *by_name)
    # The fair list first, in its order; behind it whoever else was scored.
    placed_first = case((Recommendation.place.is_(None), 1), else_=0)
    return (unknown_last, placed_first, Recommendation.place, Recommendation.score.desc(), *by_name)


def section_of(code: str) -> str:
    """The NACE section letter of a code of any level; '' when unknown."""
    if code not in reference.activities():
        return ""
    above = reference.activities().parents(code)
    return above[-1].code if above else code


def codes_of_section(session: Session, event_id: int, section: str) -> list[str]:
    """The NACE codes used at an event that belong to a section."""
    query = select(Organisation.nace).join(Participant).where(Participant.event_id == event_id).distinct()
    return [code for code in session.scalars(query) if code and section_of(code) == section]


def speakers_of(session: Session, event_id: int, language: str) -> list[int]:
    """Participants of an event who speak a language (a JSON list, so it is looked up here)."""
    rows = session.execute(select(Participant.id, Participant.languages).where(Participant.event_id == event_id))
    return [number for number, spoken in rows if language in (spoken or [])]


@dataclass(frozen=True)
class Facets:
    """What can be filtered by at this event, as (value, words)."""

    types: list[tuple[str, str]]
    countries: list[tuple[str, str]]
    sectors: list[tuple[str, str]]
    positions: list[tuple[str, str]]
    languages: list[tuple[str, str]]


def facets_of(session: Session, event: Event) -> Facets:
    """Only values that occur, so that no filter leads nowhere."""
    query = (
        select(
            Participant.type_id,
            Organisation.country,
            Organisation.nace,
            Participant.value_chain_position,
            Participant.languages,
        )
        .join(Organisation, Organisation.id == Participant.organisation_id)
        .where(Participant.event_id == event.id, Participant.state == RegistrationState.APPROVED)
    )
    rows = session.execute(query).all()
    names = {kind.id: kind.name for kind in types_of(session, event.id)}
    types = [(str(i), names[i]) for i in names if any(row[0] == i for row in rows)]
    return Facets(
        types=types,
        countries=_named(reference.countries(), {row[1] for row in rows}),
        sectors=_named(reference.activities(), {section_of(row[2]) for row in rows if row[2]}),
        positions=_named(reference.value_chain(), {row[3] for row in rows if row[3]}, by_name=False),
        languages=_named(reference.languages(), {code for row in rows for code in row[4] or []}),
    )


def _named(codes: CodeList, used: set[str], *, by_name: bool = True) -> list[tuple[str, str]]:
    found = [(code, codes.label(code)) for code in codes.codes if code in used]
    return sorted(found, key=lambda pair: pair[1]) if by_name else found
