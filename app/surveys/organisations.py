"""What a matching run hands to whoever compares single organisations: their answers as offers and needs, as plain data.

Only statements count whose cell the run may show and that their owner did not keep private; so nothing that is
suppressed reaches a comparison. Texts are handed over and never kept: what comes back names statements by answer, part
and entry.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.organisations import reference
from app.surveys.codes import ORGANISATION_OF_TYPE
from app.surveys.models import MatchFinding, MatchingRun, SurveyAnswer, SurveyResponse
from app.surveys.process import ENDED
from app.surveys.statements import Side

Json = Mapping[str, Any]
OFFERS = {"capabilities": ("capability", "proof"), "research": ("topic", "projects"), "infrastructure": ("name", "")}
NEEDS = {"needs": ("need", "")}
"""Parts that hold statements, with their fields for title and text."""
BLOCKS = ("respondent", "cooperation", *OFFERS, *NEEDS)
BEST = 3
"""Pairs of organisations that are kept for two regions."""


EACH_AT_MOST = 50
"""Organisations of one region that are compared, so that a large survey takes no longer than it may: those that state
most. It is part of what a run says of its scorer."""


@dataclass(frozen=True, slots=True)
class Said:
    """One offer or need. `block` and `item` name the entry; levels are TRL 1 to 9."""

    block: str
    item: str
    segment: str
    title: str
    text: str
    technologies: tuple[str, ...]
    trl_min: int | None
    trl_max: int | None


@dataclass(frozen=True, slots=True)
class Respondent:
    """One organisation as its answer (`response`, a row number) describes it; wishes are about the partner."""

    response: int
    organisation: int
    """The organisation of the directory, or minus the number of the answer."""
    region: str
    country: str
    kind: str
    size: str | None
    sectors: tuple[str, ...]
    needs: tuple[Said, ...]
    offers: tuple[Said, ...]
    wanted_kinds: tuple[str, ...]
    wanted_countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two organisations go together: `way` is 'gain' when the first needs what the second has, 'give' the other way
    round. Need and offer are (part, entry). `shared` are codes, never words of an answer."""

    way: Literal["gain", "give"]
    part: str
    need: tuple[str, str] | None = None
    offer: tuple[str, str] | None = None
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Couple:
    """Two organisations, by the numbers of their answers, with their scores from 0 to 1; None: that way is unknown."""

    one: int
    other: int
    score: float
    gain: float | None
    give: float | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Comparison:
    """What whoever compares gives back: by what it was done, and the best couples of each pair of regions."""

    scorer: Json
    couples: Mapping[tuple[str, str], Sequence[Couple]]


def respondents(session: Session, snapshot: Json, result: Json) -> list[Respondent]:
    """The organisations of a run as their answers stand now. Two queries, whatever the size."""
    numbers = {number: region for number, region, _statements in snapshot["responses"]}
    campaign = select(SurveyResponse.campaign_id).where(SurveyResponse.id.in_(list(numbers)[:1])).scalar_subquery()
    rows = session.execute(
        select(SurveyResponse.id, SurveyResponse.organisation_id, SurveyResponse.state).where(
            SurveyResponse.campaign_id == campaign
        )
    )
    known = {row.id: row.organisation_id for row in rows if row.id in numbers and row.state not in ENDED}
    contents: dict[int, dict[str, Json]] = {number: {} for number in known}
    answers = session.execute(
        select(SurveyAnswer.response_id, SurveyAnswer.block, SurveyAnswer.content)
        .join(SurveyResponse, SurveyResponse.id == SurveyAnswer.response_id)
        .where(
            SurveyResponse.campaign_id == campaign,
            SurveyAnswer.block.in_(BLOCKS),
            SurveyAnswer.visibility != "private",
        )
    )
    for number, block, content in answers:
        if number in contents:
            contents[number][block] = content
    shown = _shown(result)
    names = dict(snapshot["technologies"])
    found = (
        _respondent(number, known[number], numbers[number], contents[number], shown, names) for number in sorted(known)
    )
    return _most_telling(each for each in found if each.needs or each.offers)


def _most_telling(found: Iterable[Respondent]) -> list[Respondent]:
    """At most so many of each region: those with most statements, then by number; in the order of the numbers."""
    by_region: dict[str, list[Respondent]] = {}
    for each in sorted(found, key=lambda each: (-len(each.needs) - len(each.offers), each.response)):
        by_region.setdefault(each.region, []).append(each)
    chosen = [each for some in by_region.values() for each in some[:EACH_AT_MOST]]
    return sorted(chosen, key=lambda each: each.response)


def _shown(result: Json) -> set[tuple[str, Side, str, str]]:
    """Region, side, segment and technology of every figure that may be shown and is not zero."""
    sides: tuple[Side, ...] = ("offer", "need")
    return {
        (region, side, segment, technology)
        for region, rows in result["map"].items()
        for (segment, technology), figures in zip(result["cells"], rows, strict=True)
        for side in sides
        if figures[side][0]
    }


def _respondent(
    number: int,
    organisation: int | None,
    region: str,
    contents: Mapping[str, Json],
    shown: set[tuple[str, Side, str, str]],
    names: Mapping[str, str],
) -> Respondent:
    who, wishes = contents.get("respondent", {}), contents.get("cooperation", {})
    kind = str(who.get("type", ""))
    return Respondent(
        response=number,
        organisation=organisation or -number,
        region=region,
        country=reference.region_country(region),
        kind=kind,
        size=ORGANISATION_OF_TYPE.get(kind, ("", None))[1],
        sectors=tuple(who.get("activities", ())),
        needs=tuple(_said("need", region, contents, NEEDS, shown, names)),
        offers=tuple(_said("offer", region, contents, OFFERS, shown, names)),
        wanted_kinds=tuple(wishes.get("partner_types", ())),
        wanted_countries=tuple(wishes.get("countries", ())),
    )


def _said(
    side: Side,
    region: str,
    contents: Mapping[str, Json],
    blocks: Mapping[str, tuple[str, str]],
    shown: set[tuple[str, Side, str, str]],
    names: Mapping[str, str],
) -> Iterable[Said]:
    for block, (title, text) in blocks.items():
        for item in contents.get(block, {}).get("items", ()):
            segment, technologies = item.get("segment", ""), item.get("technologies") or []
            if item.get("willingness") == "no" or not any(
                (region, side, segment, technology) in shown for technology in ("", *technologies)
            ):
                continue
            low = item.get("trl", item.get("trl_from"))
            high = 9 if side == "need" and low is not None else item.get("trl", item.get("trl_to"))
            words = tuple(names.get(code, code) for code in technologies)
            yield Said(block, item["key"], segment, str(item.get(title, "")), str(item.get(text, "")), words, low, high)


def digest_of(found: Sequence[Respondent]) -> str:
    """SHA-256 of everything that is compared: tells later whether the answers still say the same."""
    text = json.dumps([asdict(each) for each in found], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def stored(found: Sequence[Respondent], comparison: Comparison, regions: Iterable[Sequence[str]]) -> dict[str, Any]:
    """A comparison as a run keeps it, with the pairs of regions that were asked for."""
    return {
        "regions": sorted(" ".join(pair) for pair in regions),
        "answers": digest_of(found),
        "pairs": {
            " ".join(regions): [json.loads(json.dumps(asdict(couple))) for couple in couples]
            for regions, couples in comparison.couples.items()
        },
    }


def couples_of(run: MatchingRun, finding: MatchFinding) -> list[Couple]:
    """The couples of organisations that a run keeps for the two regions of a finding, the best first."""
    rows = run.result.get("organisations", {}).get("pairs", {}).get(" ".join(finding.regions), ())
    return [
        Couple(
            row["one"],
            row["other"],
            row["score"],
            row["gain"],
            row["give"],
            tuple(
                Reason(
                    each["way"],
                    each["part"],
                    _pair(each["need"]),
                    _pair(each["offer"]),
                    tuple(each["shared"]),
                )
                for each in row["reasons"]
            ),
        )
        for row in rows
    ]


def _pair(value: Sequence[str] | None) -> tuple[str, str] | None:
    return (value[0], value[1]) if value else None


@dataclass(frozen=True)
class ShownReason:
    """A reason in words: what one needs and the other offers, or what they have in common."""

    way: str
    part: str
    need: str
    offer: str
    shared: tuple[str, ...]


@dataclass(frozen=True)
class ShownCouple:
    """A couple as a reader may see it; the name of an organisation is empty when it is not open to them."""

    one: str
    other: str
    one_region: str
    other_region: str
    score: float
    gain: float | None
    give: float | None
    reasons: tuple[ShownReason, ...]
