"""The trace: from a funding line back to a regional priority and forward again, as a graph of what came from what.

A step leads from a thing to what it came from: funding line, project, meeting (and the request it was proposed by) or
workshop, match, survey answer, priority. The graph knows no tables; whoever builds it brings the steps.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


class Stage(enum.Enum):
    """The stages of the way, from the money back to the reason; a thing of another kind may stand between them."""

    FUNDING = "funding"
    PROJECT = "project"
    ENCOUNTER = "encounter"
    MATCH = "match"
    ANSWER = "answer"
    PRIORITY = "priority"


STAGE_OF = {
    "funding_line": Stage.FUNDING,
    "project": Stage.PROJECT,
    "meeting": Stage.ENCOUNTER,
    "request": Stage.ENCOUNTER,
    "workshop": Stage.ENCOUNTER,
    "match": Stage.MATCH,
    "answer": Stage.ANSWER,
    "priority": Stage.PRIORITY,
}
"""The stage of each kind of thing; kinds without a stage, as 'event' or 'report', only pass through."""


@dataclass(frozen=True, order=True)
class Thing:
    """One row of some table, named by its kind and its id."""

    kind: str
    id: int

    @property
    def stage(self) -> Stage | None:
        return STAGE_OF.get(self.kind)


@dataclass
class Graph:
    """Things and what each came from. `sources[thing]` is there, perhaps empty, for every thing that was looked at."""

    sources: dict[Thing, tuple[Thing, ...]] = field(default_factory=dict)

    def add(self, thing: Thing, came_from: Iterable[Thing]) -> None:
        """Note what a thing came from, besides what is noted already; doubles are dropped, order is kept."""
        self.sources[thing] = tuple(dict.fromkeys((*self.sources.get(thing, ()), *came_from)))

    def turned(self) -> Mapping[Thing, tuple[Thing, ...]]:
        """What came of each thing."""
        led_to: dict[Thing, list[Thing]] = {}
        for thing, sources in self.sources.items():
            led_to.setdefault(thing, [])
            for source in sources:
                led_to.setdefault(source, []).append(thing)
        return {thing: tuple(found) for thing, found in led_to.items()}


@dataclass(frozen=True)
class Chain:
    """One way from a thing back as far as it goes. `skipped` are the stages before its last one that it has not."""

    things: tuple[Thing, ...]
    skipped: tuple[Stage, ...]

    @property
    def arrives(self) -> bool:
        """True when it ends at a priority."""
        return self.things[-1].stage is Stage.PRIORITY

    @property
    def whole(self) -> bool:
        """True when it ends at a priority and leaves no stage out."""
        return self.arrives and not self.skipped

    @property
    def missing(self) -> tuple[Stage, ...]:
        """Every stage between the beginning and the priority that is not there, in order."""
        present = {thing.stage for thing in self.things}
        stages = list(Stage)
        first = next((thing.stage for thing in self.things if thing.stage), Stage.FUNDING)
        return tuple(stage for stage in stages[stages.index(first) :] if stage not in present)


def chains(graph: Graph, start: Thing, limit: int = 1000) -> list[Chain]:
    """Every way back from `start`, whole ones first, then those that arrive, then the longest.

    A way ends where nothing is known to lie behind it, and before it would meet itself. At most `limit` ways.
    """
    found: list[Chain] = []
    waiting: list[tuple[Thing, ...]] = [(start,)]
    while waiting and len(found) < limit:
        way = waiting.pop()
        behind = [source for source in graph.sources.get(way[-1], ()) if source not in way]
        if behind and way[-1].stage is not Stage.PRIORITY:
            waiting.extend((*way, source) for source in reversed(behind))
        else:
            found.append(Chain(way, _skipped(way)))
    return sorted(found, key=lambda chain: (not chain.whole, not chain.arrives, len(chain.missing), chain.things))


def _skipped(way: tuple[Thing, ...]) -> tuple[Stage, ...]:
    """The stages between the first and the last of a way that it leaves out."""
    stages = [thing.stage for thing in way if thing.stage]
    if not stages:
        return ()
    order = list(Stage)
    between = order[order.index(stages[0]) : order.index(stages[-1]) + 1]
    return tuple(stage for stage in between if stage not in stages)


def best_chain(graph: Graph, start: Thing) -> Chain:
    """The most complete way back: one that arrives at a priority, with as many stages as any.

    Looks at every thing once, so that a match that rests on a thousand answers costs no more than they are many. Steps
    lead up the stages, so a way never meets itself; where wrong data make a circle, it is cut.
    """
    return best_chains(graph, [start])[0]


def best_chains(graph: Graph, starts: Iterable[Thing]) -> list[Chain]:
    """The most complete way back of each start; what lies behind several of them is looked at once."""
    known: dict[Thing, Way] = {}
    ways = [_best_way(graph, start, known, set()) for start in starts]
    return [Chain(way, _skipped(way)) for way in ways]


Way = tuple[Thing, ...]


def _best_way(graph: Graph, thing: Thing, known: dict[Thing, Way], above: set[Thing]) -> Way:
    if thing in known:
        return known[thing]
    above.add(thing)
    behind = () if thing.stage is Stage.PRIORITY else graph.sources.get(thing, ())
    ways = [_best_way(graph, source, known, above) for source in behind if source not in above]
    above.remove(thing)
    known[thing] = (thing, *min(ways, key=_lack)) if ways else (thing,)
    return known[thing]


def _lack(way: Way) -> tuple[bool, int, int, Way]:
    """Orders ways that begin at the same place: those that arrive, with most stages, then the longest, come first."""
    stages = {thing.stage for thing in way if thing.stage}
    return (way[-1].stage is not Stage.PRIORITY, -len(stages), -len(way), way)


def came_of(graph: Graph, start: Thing) -> list[Thing]:
    """Everything that came of a thing, nearest first; without itself."""
    return _reached(graph.turned(), start)


def came_from(graph: Graph, start: Thing) -> list[Thing]:
    """Everything a thing came from, nearest first; without itself."""
    return _reached(graph.sources, start)


def _reached(steps: Mapping[Thing, tuple[Thing, ...]], start: Thing) -> list[Thing]:
    seen, waiting = {start: None}, [start]
    while waiting:
        following = [thing for known in waiting for thing in steps.get(known, ())]
        waiting = [thing for thing in dict.fromkeys(following) if thing not in seen]
        seen.update(dict.fromkeys(waiting))
    return list(seen)[1:]
