"""Scores of an event: computed from its rows, stored, and kept up to date in the background."""

from sqlalchemy import select, update

from app.core import facts
from app.core.clock import system_clock
from app.core.models import Job
from app.core.worker import Worker
from app.marketplace.models import Entry, EntryKind
from app.matching import queries, services
from app.matching.models import Recommendation
from app.meetings.services import ask


def add_entries(session, cast, clock) -> None:
    texts = [
        (cast.pia_participant, EntryKind.NEED, "Biobased barrier coating for paper packaging"),
        (cast.pia_participant, EntryKind.OFFER, "Injection moulding of recycled polymers"),
        (cast.piotr_participant, EntryKind.OFFER, "Barrier coatings from biobased polymers for paper"),
        (cast.piotr_participant, EntryKind.NEED, "Partner for injection moulding trials with recycled polymers"),
    ]
    for participant, kind, title in texts:
        session.add(
            Entry(
                participant_id=participant.id,
                kind=kind,
                title=title,
                keywords=[],
                created_at=clock(),
                updated_at=clock(),
            )
        )
    session.commit()


def test_both_sides_get_the_same_score_and_mirrored_reasons(app, session, cast, clock) -> None:
    add_entries(session, cast, clock)
    with app.test_request_context():
        services.store(session, cast.event, services.compute(session, cast.event), clock)
        mine = queries.recommendation_between(session, cast.pia_participant.id, cast.piotr_participant.id)
        theirs = queries.recommendation_between(session, cast.piotr_participant.id, cast.pia_participant.id)
        words = [item["text"] for item in queries.reason_items(mine)]
        their_words = [item["text"] for item in queries.reason_items(theirs)]

    assert mine.score == theirs.score > 0
    assert (mine.gain, mine.give) == (theirs.give, theirs.gain)
    assert any(w.startswith("You need “Biobased barrier coating") for w in words)
    assert any(w.startswith("They need “Biobased barrier coating") for w in their_words)


def test_a_second_computation_replaces_the_first(app, session, cast, clock) -> None:
    add_entries(session, cast, clock)
    with app.test_request_context():
        for _ in range(2):
            services.store(session, cast.event, services.compute(session, cast.event), clock)

    assert len(session.scalars(select(Recommendation)).all()) == 2


def test_a_requested_pair_is_scored_even_when_it_is_nobodys_best(app, session, cast, clock) -> None:
    add_entries(session, cast, clock)
    with app.test_request_context():
        ask(session, cast.event, cast.pia_participant, cast.piotr_participant, clock)
        rows = services.compute(session, cast.event, best=0).rows

    assert {(row["participant_id"], row["other_id"]) for row in rows} == {
        (cast.pia_participant.id, cast.piotr_participant.id),
        (cast.piotr_participant.id, cast.pia_participant.id),
    }


def test_an_edited_profile_is_scored_again_by_the_worker_once(app, session, cast, clock) -> None:
    add_entries(session, cast, clock)
    with app.app_context():
        for _ in range(3):
            facts.participant_changed.send(
                session, participant=cast.pia_participant, actor=cast.pia, clock=system_clock
            )
    session.commit()
    assert session.scalars(select(Job.kind)).all() == ["matching.rescore"]
    session.execute(update(Job).values(run_after=system_clock()))
    session.commit()

    assert Worker(app, "w1").run_one()

    session.expire_all()
    assert len(session.scalars(select(Recommendation)).all()) == 2
