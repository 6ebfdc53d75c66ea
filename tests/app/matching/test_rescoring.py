"""One edited profile is scored alone, and the lists come out as if everybody had been computed."""

from sqlalchemy import delete, select

from app.core import facts
from app.core.clock import system_clock
from app.marketplace.models import Entry, EntryKind
from app.matching import rescoring, services
from app.matching.decisions import Decisions
from app.matching.models import ProfileState, Recommendation
from app.matching.weights import PRESETS
from app.meetings.services import ask
from tests.factories.marketplace import make_entry
from tests.factories.registrations import make_participant

TEXTS = [
    ("Recycled granulate for packaging film", "Injection moulding of housings"),
    ("Injection moulding of small housings", "Recycled granulate from bottles for film"),
    ("Laser welding of battery trays", "Thin film coating for paper packaging"),
    ("Paper packaging with a barrier", "Laser welding and battery assembly"),
    ("Battery recycling with hydrometallurgy", "Housings of recycled granulate"),
]


def fill(session, cast, clock, count=9) -> list:
    people = [make_participant(session, clock, cast.event, f"Person {n}") for n in range(count)]
    for n, person in enumerate([cast.pia_participant, cast.piotr_participant, *people]):
        need, offer = TEXTS[n % len(TEXTS)]
        make_entry(session, clock, person, EntryKind.NEED, f"{need} {n}")
        make_entry(session, clock, person, EntryKind.OFFER, f"{offer} {n}")
    session.flush()
    return people


def rows(session) -> dict:
    session.expire_all()
    found = session.scalars(select(Recommendation)).all()
    return {(row.participant_id, row.other_id): (round(row.score, 4), round(row.gain, 4), row.place) for row in found}


def change(session, cast, participant) -> None:
    facts.participant_changed.send(session, participant=participant, actor=cast.pia, clock=system_clock)


def rescore(session, cast, clock) -> set[int]:
    people = rescoring.due(session, cast.event.id)
    return rescoring.store(session, cast.event, rescoring.rescore(session, cast.event, people), clock)


def compute(session, cast, clock) -> None:
    services.store(session, cast.event, services.compute(session, cast.event), clock)


def test_an_edited_profile_comes_out_as_in_a_computation_of_everybody(app, session, cast, clock) -> None:
    fill(session, cast, clock)
    rescoring.forget()
    with app.test_request_context():
        compute(session, cast, clock)
        before = rows(session)
        entry = session.scalars(
            select(Entry).where(Entry.participant_id == cast.pia_participant.id, Entry.kind == EntryKind.NEED)
        ).one()
        entry.title = "Laser welding for battery assembly"
        change(session, cast, cast.pia_participant)
        session.flush()
        touched = rescore(session, cast, clock)
        alone = rows(session)
        compute(session, cast, clock)
        together = rows(session)

    assert alone != before
    assert cast.pia_participant.id in touched
    assert rescoring.due(session, cast.event.id) == []
    assert {pair: found[0] for pair, found in alone.items()} == {pair: found[0] for pair, found in together.items()}
    mine = {pair: found for pair, found in alone.items() if pair[0] == cast.pia_participant.id}
    assert mine == {pair: found for pair, found in together.items() if pair[0] == cast.pia_participant.id}
    others = {pair: found for pair, found in alone.items() if cast.pia_participant.id not in pair}
    assert {pair: found[:2] for pair, found in others.items()} == {
        pair: found[:2] for pair, found in before.items() if cast.pia_participant.id not in pair
    }


def test_a_kept_matcher_takes_in_what_others_changed_and_who_left(app, session, cast, clock) -> None:
    people = fill(session, cast, clock)
    rescoring.forget()
    with app.test_request_context():
        compute(session, cast, clock)
        first = rescoring.matcher_of(session, cast.event)
        change(session, cast, people[0])
        session.execute(delete(Entry).where(Entry.participant_id == people[0].id))
        kept = rescoring.matcher_of(session, cast.event)
        assert kept.matcher is first.matcher
        assert kept.matcher.profile(people[0].id).needs == ()
        assert kept.matcher.ranked(people[0].id) == []
        rescore(session, cast, clock)

    assert not [pair for pair in rows(session) if people[0].id in pair]


def test_other_decisions_make_a_new_matcher(app, session, cast, clock) -> None:
    fill(session, cast, clock)
    rescoring.forget()
    with app.test_request_context():
        before = rescoring.matcher_of(session, cast.event).matcher
        services.decide(session, cast.event, cast.olga, clock, Decisions("research", PRESETS["research"]))
        after = rescoring.matcher_of(session, cast.event)
    assert after.matcher is not before
    assert after.decisions.preset == "research"


def test_many_changes_or_no_scores_yet_mean_everybody(app, session, cast, clock) -> None:
    people = fill(session, cast, clock)
    with app.test_request_context():
        assert rescoring.is_too_much(session, cast.event.id, [people[0].id])
        compute(session, cast, clock)
        assert not rescoring.is_too_much(session, cast.event.id, [people[0].id])
        assert rescoring.is_too_much(session, cast.event.id, [person.id for person in people])


def test_a_requested_pair_keeps_its_row_when_one_of_them_is_scored_alone(app, session, cast, clock) -> None:
    fill(session, cast, clock)
    rescoring.forget()
    with app.test_request_context():
        compute(session, cast, clock)
        ask(session, cast.event, cast.pia_participant, cast.piotr_participant, clock)
        change(session, cast, cast.piotr_participant)
        rescore(session, cast, clock)
    pair = (cast.pia_participant.id, cast.piotr_participant.id)
    assert {pair, pair[::-1]} <= rows(session).keys()


def test_each_change_counts_once_and_is_settled_by_its_own_revision(app, session, cast, clock) -> None:
    fill(session, cast, clock)
    with app.test_request_context():
        change(session, cast, cast.pia_participant)
        change(session, cast, cast.pia_participant)
        compute(session, cast, clock)
        state = session.get(ProfileState, cast.pia_participant.id)
        session.refresh(state)
        assert (state.revision, state.scored) == (2, 2)
        change(session, cast, cast.pia_participant)
        assert rescoring.due(session, cast.event.id) == [cast.pia_participant.id]
