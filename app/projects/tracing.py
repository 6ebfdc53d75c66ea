"""Building the trace: layer by layer from projects and funding lines back to where nothing is known."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.partnerships.models import Partnership
from app.projects import queries
from app.projects.models import FundingLine, InvestmentProject
from app.projects.rules.trace import Chain, Graph, Stage, Thing, best_chains
from app.projects.trace_links import LINKS, Described, describe
from app.projects.wording import name


@dataclass(frozen=True)
class Traced:
    """A funding line or project without money, its most complete way back, and every thing of it in words."""

    start: Thing
    chain: Chain
    words: tuple[Described, ...]


def build(session: Session, starts: Iterable[Thing]) -> Graph:
    """Everything the starts came from. Each layer of the way costs a query for each kind in it."""
    graph, waiting = Graph(), set(starts)
    while waiting:
        layer: set[Thing] = set()
        for kind in sorted({thing.kind for thing in waiting}):
            ids = sorted(thing.id for thing in waiting if thing.kind == kind)
            known = LINKS[kind].sources(session, ids) if kind in LINKS else {}
            for ref_id in ids:
                graph.add(Thing(kind, ref_id), known.get(ref_id, ()))
        for link in queries.trace_links(session, {(thing.kind, thing.id) for thing in waiting}):
            graph.add(Thing(link.kind, link.ref_id), [Thing(link.source_kind, link.source_id)])
        for thing in waiting:
            layer.update(graph.sources[thing])
        waiting = {thing for thing in layer if thing not in graph.sources}
    return graph


def starts_of(session: Session, partnership_id: int | None = None) -> list[Thing]:
    """The funding lines of a partnership, or of all, by project; a project without any stands for itself."""
    query = select(InvestmentProject.id, FundingLine.id)
    query = query.outerjoin(FundingLine, FundingLine.project_id == InvestmentProject.id)
    if partnership_id is not None:
        query = query.where(InvestmentProject.partnership_id == partnership_id)
    rows = session.execute(query.order_by(InvestmentProject.partnership_id, InvestmentProject.number, FundingLine.id))
    return [Thing("funding_line", line) if line is not None else Thing("project", project) for project, line in rows]


def traced(session: Session, graph: Graph, starts: Iterable[Thing]) -> list[Traced]:
    """The most complete way back of each start, in words."""
    wanted = list(starts)
    ways = list(zip(wanted, best_chains(graph, wanted), strict=True))
    words = describe(session, {thing for _start, chain in ways for thing in chain.things})
    return [Traced(start, chain, tuple(words[thing] for thing in chain.things)) for start, chain in ways]


@dataclass(frozen=True)
class Way:
    """Several starts that lead the same way back: the starts, and what lies behind all of them."""

    starts: tuple[tuple[Thing, Described], ...]
    behind: tuple[tuple[Thing, Described], ...]
    row: Traced


def grouped(rows: list[Traced]) -> list[Way]:
    """Rows with the same way behind their start as one, in the order of the first of each."""
    found: dict[tuple[Thing, ...], list[Traced]] = {}
    for row in rows:
        key = row.chain.things[1:] if row.start.kind == "funding_line" else row.chain.things
        found.setdefault(key, []).append(row)
    return [
        Way(
            tuple((row.start, row.words[0]) for row in same),
            tuple(zip(same[0].chain.things[1:], same[0].words[1:], strict=True)),
            same[0],
        )
        for same in found.values()
    ]


def trace_document(session: Session, partnership: Partnership | None = None) -> dict[str, Any]:
    """The trace as JSON: each funding line with its chain, what is missing, and how many chains are whole."""
    starts = starts_of(session, partnership.id if partnership else None)
    rows = traced(session, build(session, starts), starts)
    lines = [_line(row) for row in rows if row.start.kind == "funding_line"]
    return {
        "format": 1,
        "partnership": partnership.slug if partnership else None,
        "funding_lines": lines,
        "projects_without_funding": [_line(row) for row in rows if row.start.kind == "project"],
        "whole": sum(bool(line["whole"]) for line in lines),
        "with_gaps": sum(not line["whole"] for line in lines),
    }


def _line(row: Traced) -> dict[str, Any]:
    return {
        "id": row.start.id,
        "chain": [
            {"kind": thing.kind, "id": thing.id, "label": words.label, "detail": words.detail, "url": words.url}
            for thing, words in zip(row.chain.things, row.words, strict=True)
        ],
        "arrives": row.chain.arrives,
        "whole": row.chain.whole,
        "missing": [stage.value for stage in row.chain.missing],
        "gap": gap_sentence(row),
    }


def gap_sentence(row: Traced) -> str:
    """What is missing of a chain, in words; empty for a whole one."""
    if row.chain.whole:
        return ""
    missing = ", ".join(name(stage) for stage in row.chain.missing)
    if row.chain.arrives:
        return str(_("The chain leaves out: %(stages)s.", stages=missing))
    last = row.words[-1].label
    return str(_("The chain ends at “%(last)s”. Missing: %(stages)s.", last=last, stages=missing))


def csv_row(row: Traced) -> list[str | bool]:
    """One row of the table of the trace: what stands at each stage, whether the chain is whole, what is missing."""
    by_stage: dict[Stage, list[str]] = {}
    for thing, words in zip(row.chain.things, row.words, strict=True):
        if thing.stage is not None:
            by_stage.setdefault(thing.stage, []).append(
                f"{words.label} ({words.detail})" if words.detail else words.label
            )
    cells: list[str | bool] = ["; ".join(by_stage.get(stage, ())) for stage in Stage]
    return [*cells, row.chain.whole, ", ".join(stage.value for stage in row.chain.missing)]
