"""Publishing: versions, what changed, the judge's veto."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import Conflict
from app.core.facts import timetable_changed
from app.core.models import AuditEntry, LiveEvent
from app.registrations.models import Absence
from app.timetables.material import Placed, places_of
from app.timetables.models import CalendarSequence, ChangeKind, Meeting, TimetableChange, TimetableState
from app.timetables.queries import changes_of, draft_timetable, meetings_in, meetings_of, published_timetable, versions
from app.timetables.rules import differences
from app.timetables.services import PublishRefused, cancel_meeting, move_meeting, publish
from tests.cast import Cast, FixedClock
from tests.factories.timetables import make_crowd, make_draft, make_participant, make_published, make_request


@pytest.fixture
def facts() -> Any:
    """What later features are told."""
    heard: list[dict[str, Any]] = []

    def listen(_session: Session, **fact: Any) -> None:
        heard.append(fact)

    timetable_changed.connect(listen)
    yield heard
    timetable_changed.disconnect(listen)


def test_the_first_version_adds_everything(
    session: Session, cast: Cast, clock: FixedClock, facts: list[dict[str, Any]]
) -> None:
    make_crowd(session, clock, cast, 2)
    draft = make_draft(session, clock, cast)
    assert facts == []  # a draft is nobody's news
    published = publish(session, cast.event, cast.olga, clock, note="  First plan ")
    assert (published.id, published.number, published.note) == (draft.id, 1, "First plan")
    assert (published.state, published.published_by_id) == (TimetableState.PUBLISHED, cast.olga.id)
    assert cast.event.timetable_revision == 1
    assert draft_timetable(session, cast.event.id) is None
    meetings = meetings_in(session, published.id)
    assert len(meetings) == 6
    [fact] = facts
    assert [c.kind for c in fact["changes"]] == [ChangeKind.ADDED] * 6
    assert {c.revision for c in fact["changes"]} == {1}
    assert (fact["event"], fact["actor"]) == (cast.event, cast.olga)
    by_request = {c.request_id: c for c in fact["changes"]}
    for meeting in meetings:
        change = by_request[meeting.request_id]
        assert (change.new_slot_id, change.new_table_id) == (meeting.slot_id, meeting.table_id)
        assert change.participant_ids == sorted(seat.participant_id for seat in meeting.seats)
    assert {row.sequence for row in session.scalars(select(CalendarSequence))} == {0}
    told = session.scalars(select(LiveEvent).where(LiveEvent.name == "timetable:changed")).one()
    assert (told.room, told.payload) == (f"organisers:{cast.event.id}", {"revision": 1, "changes": 6})
    assert session.scalars(select(AuditEntry.action).where(AuditEntry.action == "timetable.publish")).all()


def test_meetings_of_gives_one_participants_meetings_in_time_order(
    session: Session, cast: Cast, clock: FixedClock
) -> None:
    make_crowd(session, clock, cast, 2)
    published = make_published(session, clock, cast)
    mine = meetings_of(session, published.id, cast.pia_participant.id)
    assert len(mine) == 3
    assert [m.slot.starts_at for m in mine] == sorted(m.slot.starts_at for m in mine)
    assert all(cast.pia_participant.id in {s.participant_id for s in m.seats} for m in mine)


def test_what_is_published_and_what_is_changed_later_can_be_told_apart(
    session: Session, cast: Cast, clock: FixedClock
) -> None:
    """By a clock that never stands still, as the real one."""
    make_crowd(session, clock, cast, 1)
    make_draft(session, clock, cast)

    def running() -> datetime:
        clock.advance(timedelta(seconds=1))
        return clock.now

    published = publish(session, cast.event, cast.olga, running)
    cancel_meeting(session, meetings_in(session, published.id)[0], "Ill", cast.olga, running)
    assert published.published_at is not None
    later = [c.kind for c in changes_of(session, published.id) if c.at > published.published_at]
    assert later == [ChangeKind.CANCELLED]


def test_the_next_version_says_what_changed(
    session: Session, cast: Cast, clock: FixedClock, facts: list[dict[str, Any]]
) -> None:
    make_crowd(session, clock, cast, 1)
    first = make_published(session, clock, cast)
    before = places_of(session, first.id)
    make_draft(session, clock, cast)
    draft = draft_timetable(session, cast.event.id)
    assert draft is not None
    meeting = meetings_in(session, draft.id)[0]
    free = next(s for s in cast.slots if s.id not in {p.slot_id for p in places_of(session, draft.id).values()})
    move_meeting(session, meeting, free, meeting.table, cast.olga, clock)
    facts.clear()
    second = publish(session, cast.event, cast.olga, clock)
    expected = differences(before, places_of(session, second.id))
    assert second.number == 2
    assert [t.number for t in versions(session, cast.event.id)] == [2, 1]
    assert first.state is TimetableState.REPLACED
    [fact] = facts
    assert [(c.kind, c.request_id) for c in fact["changes"]] == [(d.kind, d.request_id) for d in expected]
    sequences = {row.request_id: row.sequence for row in session.scalars(select(CalendarSequence))}
    changed = {d.request_id for d in expected}
    assert sequences == {request: int(request in changed) for request in before}


def test_publishing_the_same_again_is_a_version_without_changes(
    session: Session, cast: Cast, clock: FixedClock, facts: list[dict[str, Any]]
) -> None:
    make_crowd(session, clock, cast, 1)
    make_published(session, clock, cast)
    make_draft(session, clock, cast)
    facts.clear()
    second = publish(session, cast.event, cast.olga, clock)
    assert session.scalars(select(TimetableChange).where(TimetableChange.timetable_id == second.id)).all() == []
    assert (facts, cast.event.timetable_revision) == ([], 1)
    assert published_timetable(session, cast.event.id) is second


def test_there_is_nothing_to_publish_without_a_draft(session: Session, cast: Cast, clock: FixedClock) -> None:
    with pytest.raises(Conflict, match="no draft"):
        publish(session, cast.event, cast.olga, clock)


def test_the_judge_has_a_veto(session: Session, cast: Cast, clock: FixedClock) -> None:
    make_crowd(session, clock, cast, 1)
    draft = make_draft(session, clock, cast)
    meeting = meetings_in(session, draft.id)[0]
    session.add(Absence(participant_id=meeting.seats[0].participant_id, slot_id=meeting.slot_id))
    session.flush()
    with pytest.raises(PublishRefused) as refused:
        publish(session, cast.event, cast.olga, clock)
    assert len(refused.value.findings) == 1
    assert "away" in refused.value.findings[0]
    session.rollback()
    assert draft_timetable(session, cast.event.id) is not None
    assert published_timetable(session, cast.event.id) is None


def test_a_request_accepted_since_the_run_does_not_stop_the_publication(
    session: Session, cast: Cast, clock: FixedClock
) -> None:
    make_request(session, clock, cast.pia_participant, cast.piotr_participant)
    make_draft(session, clock, cast)
    late = make_participant(session, clock, cast, "Late")
    make_request(session, clock, late, cast.pia_participant)
    published = publish(session, cast.event, cast.olga, clock)
    assert len(places_of(session, published.id)) == 1


def test_a_live_cancellation_is_a_change_and_raises_the_sequence(
    session: Session, cast: Cast, clock: FixedClock, facts: list[dict[str, Any]]
) -> None:
    make_crowd(session, clock, cast, 1)
    published = make_published(session, clock, cast)
    meeting = meetings_in(session, published.id)[0]
    people = sorted(seat.participant_id for seat in meeting.seats)
    facts.clear()
    cancel_meeting(session, meeting, " Ill  today ", cast.dana, clock)
    [change] = facts[0]["changes"]
    assert (change.kind, change.reason, change.participant_ids) == (ChangeKind.CANCELLED, "Ill today", people)
    assert cast.event.timetable_revision == 2
    row = session.get(CalendarSequence, meeting.request_id)
    assert row is not None
    assert (row.sequence, row.cancelled, row.slot_id) == (1, True, meeting.slot_id)
    assert session.get_one(Meeting, meeting.id).seats == []


def test_differences_ignore_what_stayed() -> None:
    old = {
        1: Placed(1, 1, 1, (1, 2)),
        2: Placed(2, 1, 2, (3, 4)),
        3: Placed(3, 2, 1, (1, 3)),
        5: Placed(5, 4, 1, (), True),
    }
    new = {
        1: Placed(1, 1, 1, (1, 2)),
        2: Placed(2, 1, 2, (3, 5)),
        4: Placed(4, 2, 2, (1, 4)),
        5: Placed(5, 4, 2, (7, 8)),
    }
    found = differences(old, new)
    assert [(d.kind, d.request_id, d.participant_ids) for d in found] == [
        (ChangeKind.MOVED, 2, [3, 4, 5]),
        (ChangeKind.CANCELLED, 3, [1, 3]),
        (ChangeKind.ADDED, 4, [1, 4]),
        (ChangeKind.ADDED, 5, [7, 8]),
    ]
