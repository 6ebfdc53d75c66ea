"""Who stands behind a finding: people who may be contacted, and the pairs among them whose statements meet.

Only what the whole partnership may see counts: whoever kept a statement, or who they are, for the analysts appears in
no pair, since a proposed meeting tells the other side of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.surveys.models import FindingKind, MatchFinding, SurveyAnswer, SurveyResponse
from app.surveys.process import ENDED

OPEN = ("partnership", "public")
"""Visibilities of parts that the partnership reads."""
Line = Mapping[str, Any]


@dataclass(frozen=True)
class Behind:
    """Somebody who answered, may be contacted, and is open to the partnership."""

    response_id: int
    region: str
    organisation: str
    organisation_id: int | None
    person: str
    email: str


@dataclass(frozen=True)
class BehindPair:
    """Two of them from different regions: `asker` needs what `asked` offers, or both say the same."""

    asker: Behind
    asked: Behind
    segment: str
    score: float | None = None
    """Of the two organisations, 0 to 1, where the run has one."""


def people_behind(session: Session, finding: MatchFinding) -> dict[int, Behind]:
    """Those behind a finding, by the number of their answer, in the order of its evidence."""
    numbers = list(dict.fromkeys(line["response"] for line in finding.evidence))
    rows = session.execute(
        select(SurveyResponse, SurveyAnswer)
        .join(SurveyAnswer, SurveyAnswer.response_id == SurveyResponse.id)
        .where(SurveyResponse.id.in_(numbers), SurveyAnswer.block == "respondent", SurveyResponse.email.is_not(None))
    )
    found = {
        response.id: Behind(
            response.id,
            response.nuts,
            str(answer.content.get("organisation") or response.organisation_name),
            response.organisation_id,
            response.person or str(answer.content.get("person") or ""),
            response.email or "",
        )
        for response, answer in rows
        if answer.content.get("contactable") and answer.visibility in OPEN and response.state not in ENDED
    }
    open_lines = {line["response"] for line in _open_lines(session, finding)}
    return {number: found[number] for number in numbers if number in found and number in open_lines}


def pairs_behind(session: Session, finding: MatchFinding) -> list[BehindPair]:
    """Pairs of people behind a finding, the best first: by the score of their organisations, then by how strongly
    both state what brings them together."""
    people = people_behind(session, finding)
    lines = [line for line in _open_lines(session, finding) if line["response"] in people]
    scores = scores_of(finding)
    found: dict[frozenset[int], tuple[float, int, BehindPair]] = {}
    for asker, asked, place in _meeting(finding, lines):
        key = frozenset((asker["response"], asked["response"]))
        if len(key) < 2 or key in found:
            continue
        score = scores.get(key)
        pair = BehindPair(people[asker["response"]], people[asked["response"]], asker["segment"], score)
        found[key] = (-(score or 0.0), place, pair)
    return [pair for _score, _place, pair in sorted(found.values(), key=lambda each: each[:2])]


def scores_of(finding: MatchFinding) -> dict[frozenset[int], float]:
    """The scores of organisations that the run keeps for the two regions of a finding, by the numbers of answers."""
    kept = finding.run.result.get("organisations", {}).get("pairs", {})
    rows = kept.get(" ".join(finding.regions), ()) if finding.kind is FindingKind.COMPLEMENTARITY else ()
    return {frozenset((row["one"], row["other"])): row["score"] for row in rows}


def _open_lines(session: Session, finding: MatchFinding) -> list[Line]:
    numbers = {line["response"] for line in finding.evidence}
    rows = session.execute(
        select(SurveyAnswer.response_id, SurveyAnswer.block).where(
            SurveyAnswer.response_id.in_(numbers), SurveyAnswer.visibility.in_(OPEN)
        )
    )
    visible = {(number, block) for number, block in rows}
    return [line for line in finding.evidence if (line["response"], line["block"]) in visible]


def _meeting(finding: MatchFinding, lines: Sequence[Line]) -> Iterable[tuple[Line, Line, int]]:
    """Lines that meet, with how far down their lists both stand: a need and an offer of another region in the same
    cell or, where the finding has one side only, the same statement of two regions."""
    fine = finding.run.parameters.get("grain") == "technology"
    cells: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        cells.setdefault((line["segment"], line["technology"] if fine else ""), []).append(line)
    for members in cells.values():
        if finding.kind is FindingKind.COMPLEMENTARITY:
            needs = enumerate([line for line in members if line["side"] == "need"])
            offers = enumerate([line for line in members if line["side"] == "offer"])
            couples: Iterable[Any] = product(needs, offers)
        else:
            couples = combinations(enumerate(members), 2)
        for (low, one), (high, other) in couples:
            if one["region"] != other["region"]:
                yield one, other, low + high
