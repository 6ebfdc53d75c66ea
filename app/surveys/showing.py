"""What pages and exports show: answers in words, within their visibility; the heat map; the network picture."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.organisations import reference
from app.surveys.models import MatchFinding, MatchingRun, SurveyAnswer, SurveyResponse
from app.surveys.process import ENDED
from app.surveys.questions import BLOCK, Asked, Block, Field, Kind

RANKS = {"private": 0, "analysts": 1, "partnership": 2, "public": 3}
"""Who may see a part, from nobody to everybody."""
STEPS = 10
EDGES_AT_MOST = 24


def region_name(code: str) -> str:
    """The name of a region, for columns and sentences."""
    return reference.regions().label(code)


def short_name(code: str) -> str:
    """The name of a region where there is little room: in Latin letters, at most 24 characters."""
    name = region_name(code)
    if "(" in name and not name[:1].isascii():
        name = name.rpartition("(")[2].rstrip(")")
    return name if len(name) <= 24 else f"{name[:23]}…"


def words(question: Field, value: Any, asked: Asked) -> str:
    """An answer as a reader sees it; empty for none."""
    if value in (None, "", [], False):
        return ""
    if question.kind is Kind.FLAG:
        return str(_("yes"))
    if question.kind is Kind.DATE:
        return str(format_date(date.fromisoformat(value), "d MMM y"))
    if question.kind is Kind.REGION:
        return f"{region_name(value)} ({value})"
    if question.kind is Kind.MULTI:
        return ", ".join(_label(question, code, asked) for code in value)
    if question.kind is Kind.CHOICE:
        return _label(question, value, asked)
    if question.kind is Kind.NUMBER:
        return f"{value:g}"
    return str(value)


def _label(question: Field, code: str, asked: Asked) -> str:
    if question.options == "countries":
        return reference.countries().label(code)
    if question.options == "activities":
        return f"{code} {reference.activities().label(code)}"
    label = dict(asked.options(question)).get(code, code)
    return label if question.choices else reference.translated(label)


def title_of(block: Block, item: Mapping[str, Any]) -> str:
    """The first words of a list entry: what its first question asks."""
    return str(item.get(block.fields[0].name, ""))


def may_see(visibility: str, rank: int) -> bool:
    """True when a part of this visibility is open to readers of this rank (`RANKS`)."""
    return RANKS.get(visibility, 0) >= rank


@dataclass(frozen=True)
class EvidenceLine:
    """One statement behind a finding, as far as the reader may see it."""

    side: str
    region: str
    segment: str
    title: str
    organisation: str
    """Empty when the organisation is not open to the reader."""
    details: str
    priority: str
    response_id: int


def evidence_lines(
    session: Session, finding: MatchFinding, asked: Asked, *, rank: int, priorities: Mapping[str, str]
) -> list[EvidenceLine]:
    """The statements a finding rests on that readers of this rank may see; nothing tells of the others."""
    numbers = {line["response"] for line in finding.evidence}
    responses = {
        row.id: row
        for row in session.scalars(select(SurveyResponse).where(SurveyResponse.id.in_(numbers)))
        if row.state not in ENDED
    }
    rows = session.scalars(select(SurveyAnswer).where(SurveyAnswer.response_id.in_(list(responses))))
    answers = {(row.response_id, row.block): row for row in rows}
    found = []
    for line in finding.evidence:
        answer = answers.get((line["response"], line["block"]))
        if answer is None or not may_see(answer.visibility, rank):
            continue
        made = _evidence_line(line, answer, answers.get((line["response"], "respondent")), asked, rank, priorities)
        if made is not None:
            found.append(made)
    return found


def _evidence_line(
    line: Mapping[str, Any],
    answer: SurveyAnswer,
    who: SurveyAnswer | None,
    asked: Asked,
    rank: int,
    priorities: Mapping[str, str],
) -> EvidenceLine | None:
    block = BLOCK[line["block"]]
    if line["block"] == "positions":
        item = answer.content.get(line["item"])
        title = (item or {}).get("products") or str(_("Active in this segment"))
    else:
        item = next((each for each in answer.content.get("items", ()) if each["key"] == line["item"]), None)
        title = title_of(block, item or {})
    if item is None:
        return None
    shown = ("trl", "urgency", "role", "capacity", "kind", "trl_to", "technologies")
    details = [
        f"{reference.translated(question.label)}: {text}"
        for question in block.fields
        if question.name in shown and (text := words(question, item.get(question.name), asked))
    ]
    named = who is not None and may_see(who.visibility, rank) and (rank < RANKS["public"] or who.content.get("named"))
    return EvidenceLine(
        side=line["side"],
        region=line["region"],
        segment=line["segment"],
        title=title,
        organisation=str(who.content.get("organisation", "")) if named and who is not None else "",
        details="; ".join(details),
        priority=priorities.get(line.get("priority") or "", ""),
        response_id=line["response"],
    )


@dataclass(frozen=True)
class EvidenceGroup:
    """What is needed and what is offered in one segment."""

    segment: str
    needs: list[EvidenceLine]
    offers: list[EvidenceLine]


def grouped(lines: Sequence[EvidenceLine]) -> list[EvidenceGroup]:
    """Evidence by segment, in its order."""
    segments = list(dict.fromkeys(line.segment for line in lines))
    return [
        EvidenceGroup(
            segment,
            [line for line in lines if line.segment == segment and line.side == "need"],
            [line for line in lines if line.segment == segment and line.side == "offer"],
        )
        for segment in segments
    ]


@dataclass(frozen=True)
class HeatCell:
    """One cell of the heat map. `step` is 0 to 9 for the colour, None for a figure that is not shown."""

    region: str
    segment: str
    technology: str
    value: float | None
    step: int | None
    respondents: int | None

    @property
    def percent(self) -> int | None:
        return None if self.value is None else round(self.value * 100)


@dataclass(frozen=True)
class HeatRow:
    region: str
    respondents: int | None
    cells: list[HeatCell]


def heat_map(run: MatchingRun, mode: str) -> list[HeatRow]:
    """Rows by region, cells in the order of the run; `mode` is strength, need, gap or rca (1 is the average there)."""
    result = run.result
    rows = []
    for region in run.snapshot["regions"]:
        cells = []
        for (segment, technology), figures in zip(result["cells"], result["map"][region], strict=True):
            n, value = _figure(figures, mode)
            cells.append(HeatCell(region, segment, technology, value, _step(value, mode), n))
        rows.append(HeatRow(region, result["respondents"][region], cells))
    return rows


def _figure(figures: Mapping[str, Any], mode: str) -> tuple[int | None, float | None]:
    if mode == "gap":
        return figures["need"][0], figures["gap"]
    if mode == "rca":
        return figures["offer"][0], figures["rca"] if figures["rca"] is not None else (
            0.0 if figures["offer"][0] == 0 else None
        )
    side = figures["need" if mode == "need" else "offer"]
    return side[0], side[2]


def _step(value: float | None, mode: str) -> int | None:
    if value is None:
        return None
    share = value / 3 if mode == "rca" else value
    return min(STEPS - 1, max(0, math.ceil(share * (STEPS - 1))))


def segment_names(run: MatchingRun) -> dict[str, str]:
    """Names of the segments as they were when the run was computed."""
    return dict(run.snapshot["segments"])


def technology_names(run: MatchingRun) -> dict[str, str]:
    """Names of the technologies as they were when the run was computed."""
    return dict(run.snapshot["technologies"])


def cell_name(run: MatchingRun, segment: str, technology: str) -> str:
    """'Testing' or 'Testing, coating'."""
    name = segment_names(run).get(segment, segment)
    return f"{name}, {technology_names(run).get(technology, technology)}" if technology else name


@dataclass(frozen=True)
class Node:
    region: str
    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str
    links: int


@dataclass(frozen=True)
class Edge:
    one: Node
    other: Node
    width: float
    finding: MatchFinding


@dataclass(frozen=True)
class Network:
    """Regions on a circle, the strongest complementarities as lines; a table with the same figures stands under it."""

    nodes: list[Node]
    edges: list[Edge]


def network(run: MatchingRun, findings: Sequence[MatchFinding]) -> Network:
    """The picture of a run's complementarities, in a field of 1000 by 640. Lines grow with the total."""
    chosen = list(findings)[:EDGES_AT_MOST]
    linked = [region for finding in chosen for region in finding.regions]
    regions = [region for region in run.snapshot["regions"] if region in linked]
    nodes: dict[str, Node] = {}
    for number, region in enumerate(regions):
        angle = 2 * math.pi * number / len(regions) - math.pi / 2
        x, y = 500 + 300 * math.cos(angle), 320 + 240 * math.sin(angle)
        away_x, away_y = 500 + 326 * math.cos(angle), 325 + 268 * math.sin(angle)
        anchor = "middle" if abs(math.cos(angle)) < 0.2 else "start" if math.cos(angle) > 0 else "end"
        nodes[region] = Node(
            region, round(x, 1), round(y, 1), round(away_x, 1), round(away_y, 1), anchor, linked.count(region)
        )
    top = max((finding.figures["total"] for finding in chosen), default=1) or 1
    edges = [
        Edge(nodes[f.regions[0]], nodes[f.regions[1]], round(1 + 9 * f.figures["total"] / top, 1), f) for f in chosen
    ]
    return Network(list(nodes.values()), edges)
