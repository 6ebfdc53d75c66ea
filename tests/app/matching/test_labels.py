"""Requests and answers become labels; the commands read them."""

from sqlalchemy import select

from app.matching import labelling, services
from app.matching.models import MatchingSettings, MatchLabel
from app.meetings.models import MeetingRequest, RequestState
from app.meetings.services import accept, ask, withdraw
from tests.app.matching.test_services import add_entries


def test_a_request_is_noted_with_the_parts_of_its_day_and_its_answer(app, session, cast, clock) -> None:
    add_entries(session, cast, clock)
    with app.test_request_context():
        services.store(session, cast.event, services.compute(session, cast.event), clock)
        made = ask(session, cast.event, cast.pia_participant, cast.piotr_participant, clock)
        label = session.scalars(select(MatchLabel)).one()
        then = dict(label.figures)
        assert (label.asker_id, label.asked_id, label.state) == (made.requester_id, made.recipient_id, "open")
        assert then["gain"]["text"] > 0.3
        accept(session, cast.event, made, cast.piotr_participant, clock)

    assert (label.state, label.answered_at, label.figures) == ("accepted", clock(), then)
    with app.test_request_context():
        withdraw(session, cast.event, made, cast.pia_participant, clock)
    assert label.state == "withdrawn"


def test_requests_nobody_noted_are_collected_once(app, session, cast, clock) -> None:
    one, two = cast.pia_participant.id, cast.piotr_participant.id
    session.add(
        MeetingRequest(
            event_id=cast.event.id, code="r1", requester_id=one, recipient_id=two, low_id=min(one, two),
            high_id=max(one, two), state=RequestState.ACCEPTED, created_at=clock(),
        )
    )  # fmt: skip
    session.flush()
    assert labelling.collect(session, cast.event, clock()) == 1
    assert labelling.collect(session, cast.event, clock()) == 1
    assert session.scalars(select(MatchLabel.state)).all() == ["accepted"]


def test_the_commands_say_what_is_missing(app, session, cast) -> None:
    session.commit()
    runner = app.test_cli_runner()
    nothing = runner.invoke(args=["matching", "evaluate", "spring"])
    assert nothing.exit_code == 1
    assert "no meeting requests yet" in nothing.output
    unknown = runner.invoke(args=["matching", "learn", "nowhere"])
    assert "no event with the short name 'nowhere'" in unknown.output
    learnt = runner.invoke(args=["matching", "learn", "spring"])
    assert learnt.exit_code == 0
    assert "Nothing learnt: 0 accepted requests" in learnt.output
    session.expire_all()
    assert "weights" not in session.scalars(select(MatchingSettings.proposal)).one()
