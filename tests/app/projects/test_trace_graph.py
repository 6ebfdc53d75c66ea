"""The trace as a graph: ways back, gaps, ways forward."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.projects.rules.trace import Graph, Stage, Thing, best_chain, came_from, came_of, chains

LINE, PROJECT = Thing("funding_line", 1), Thing("project", 1)
MEETING, WORKSHOP = Thing("meeting", 5), Thing("workshop", 6)
MATCH, ANSWER, PRIORITY = Thing("match", 2), Thing("answer", 3), Thing("priority", 4)


def graph(*steps: tuple[Thing, Thing]) -> Graph:
    made = Graph()
    for thing, source in steps:
        made.add(thing, [source])
    return made


WHOLE = ((LINE, PROJECT), (PROJECT, MEETING), (MEETING, MATCH), (MATCH, ANSWER), (ANSWER, PRIORITY))


def test_a_whole_chain() -> None:
    (chain,) = chains(graph(*WHOLE), LINE)

    assert chain.things == (LINE, PROJECT, MEETING, MATCH, ANSWER, PRIORITY)
    assert chain.whole
    assert chain.missing == ()


def test_a_project_born_of_a_priority_arrives_but_names_what_was_left_out() -> None:
    (chain,) = chains(graph((LINE, PROJECT), (PROJECT, PRIORITY)), LINE)

    assert chain.arrives
    assert not chain.whole
    assert chain.skipped == (Stage.ENCOUNTER, Stage.MATCH, Stage.ANSWER)


def test_a_chain_that_breaks_off_names_what_is_missing() -> None:
    (chain,) = chains(graph((LINE, PROJECT), (PROJECT, MEETING)), LINE)

    assert not chain.arrives
    assert chain.skipped == ()
    assert chain.missing == (Stage.MATCH, Stage.ANSWER, Stage.PRIORITY)


def test_of_several_ways_the_most_complete_comes_first() -> None:
    both = graph(*WHOLE, (PROJECT, WORKSHOP), (PROJECT, PRIORITY))

    assert best_chain(both, LINE).whole
    assert [chain.things[2] for chain in chains(both, LINE)] == [MEETING, PRIORITY, WORKSHOP]


def test_things_in_a_circle_do_not_go_round_for_ever() -> None:
    circle = graph((LINE, PROJECT), (PROJECT, MEETING), (MEETING, PROJECT))

    assert [chain.things for chain in chains(circle, LINE)] == [(LINE, PROJECT, MEETING)]


def test_kinds_without_a_stage_pass_through() -> None:
    event = Thing("event", 9)
    (chain,) = chains(graph((LINE, PROJECT), (PROJECT, MEETING), (MEETING, event), (event, PRIORITY)), LINE)

    assert chain.things[3:] == (event, PRIORITY)
    assert chain.skipped == (Stage.MATCH, Stage.ANSWER)


def test_forward_from_a_priority_and_back_from_a_line() -> None:
    assert came_of(graph(*WHOLE), PRIORITY) == [ANSWER, MATCH, MEETING, PROJECT, LINE]
    assert came_from(graph(*WHOLE), LINE) == [PROJECT, MEETING, MATCH, ANSWER, PRIORITY]
    assert came_of(graph(*WHOLE), LINE) == []


def test_a_match_of_many_answers_is_looked_at_once() -> None:
    answers = [Thing("answer", number) for number in range(3000)]
    made = graph((LINE, PROJECT), (PROJECT, MEETING), (MEETING, MATCH))
    made.add(MATCH, answers)
    for answer in answers[:-1]:
        made.add(answer, [])
    made.add(answers[-1], [PRIORITY])

    assert best_chain(made, LINE).things == (LINE, PROJECT, MEETING, MATCH, answers[-1], PRIORITY)


def test_nothing_is_known_of_a_thing_nobody_looked_at() -> None:
    assert chains(Graph(), LINE)[0].things == (LINE,)
    assert came_of(Graph(), LINE) == []


KINDS = ["funding_line", "project", "meeting", "match", "answer", "priority"]
THINGS = st.builds(Thing, st.sampled_from(KINDS), st.integers(1, 3))


@given(st.lists(st.tuples(THINGS, THINGS), max_size=25))
def test_every_chain_follows_steps_that_exist_and_visits_nothing_twice(steps: list[tuple[Thing, Thing]]) -> None:
    made = graph(*steps)
    for chain in chains(made, LINE, limit=200):
        assert len(set(chain.things)) == len(chain.things)
        assert all(after in made.sources[before] for before, after in pairwise(chain.things))
        assert chain.whole == (chain.arrives and {thing.stage for thing in chain.things} == set(Stage))


UPWARD = ["funding_line", "project", "meeting", "match", "answer", "priority"]


@given(st.lists(st.tuples(THINGS, THINGS), max_size=25))
def test_the_best_chain_is_as_complete_as_the_best_of_all(steps: list[tuple[Thing, Thing]]) -> None:
    upward = [(one, other) for one, other in steps if UPWARD.index(one.kind) < UPWARD.index(other.kind)]
    made = graph(*upward)
    best, every = best_chain(made, LINE), chains(made, LINE)
    assert best in every
    assert (best.arrives, len(best.missing)) == (every[0].arrives, len(every[0].missing))
