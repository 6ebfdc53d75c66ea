"""The best pairs of an event in words, for an organiser."""

from sqlalchemy import select

from app.marketplace.models import Entry
from app.matching.best import BestPair, as_table, best_pairs
from tests.app.matching.test_services import add_entries


def test_the_best_pairs_come_first_with_a_sentence_for_each_direction(app, session, cast, clock) -> None:
    add_entries(session, cast, clock)
    with app.test_request_context():
        pairs = best_pairs(session, cast.event, 20)
    assert [pair.score for pair in pairs] == sorted((pair.score for pair in pairs), reverse=True)
    first = pairs[0]
    one, two = (p.organisation.name for p in (cast.pia_participant, cast.piotr_participant))
    assert {first.one, first.two} == {one, two}
    assert len(first.why) == 2
    assert any(
        w.startswith(f"{one} needs “Biobased barrier coating for paper packaging”, {two} offers") for w in first.why
    )
    assert any(w.startswith(f"{two} needs “Partner for injection moulding") for w in first.why)


def test_command_prints_lines_or_a_table_of_as_many_as_asked_for(app, session, cast, clock) -> None:
    add_entries(session, cast, clock)
    runner = app.test_cli_runner()
    plain = runner.invoke(args=["matching", "best", cast.event.slug, "--count", "1"])
    assert plain.exit_code == 0, plain.output
    assert plain.output.startswith("  1  0.")
    assert len(plain.output.splitlines()) == 3
    table = runner.invoke(args=["matching", "best", cast.event.slug, "--count", "1", "--markdown"])
    assert [line.count("|") for line in table.output.splitlines()] == [5, 5, 5]
    assert "Biobased barrier coating" in table.output


def test_a_bar_in_a_title_does_not_break_the_table() -> None:
    row = as_table([BestPair(0.5, "A|B", "C", ("A|B needs “x”, C offers “y”.", "Both speak English."))])[2]
    assert row == "| 1 | 0.50 | A\\|B · C | A\\|B needs “x”, C offers “y”.<br>Both speak English. |"


def test_without_needs_and_offers_or_without_an_event_the_command_says_so(app, session, cast) -> None:
    for entry in session.scalars(select(Entry)):
        session.delete(entry)
    session.commit()
    runner = app.test_cli_runner()
    empty = runner.invoke(args=["matching", "best", cast.event.slug])
    assert (empty.exit_code, "complement each other" in empty.output) == (1, True)
    unknown = runner.invoke(args=["matching", "best", "no-such-event"])
    assert (unknown.exit_code, "no event with the short name" in unknown.output) == (1, True)
