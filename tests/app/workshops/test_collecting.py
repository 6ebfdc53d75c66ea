"""Collecting: once each, by those who may, shown to the room in a row without gaps."""

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.models import AuditEntry, LiveEvent
from app.workshops import queries, services, showing
from app.workshops.models import EntryKind, EntryState, WorkshopChange, WorkshopEntry
from app.workshops.rules import PER_MINUTE, STATES, may_set
from tests.factories.workshops import collect, make_workshop

DUE = date(2027, 5, 1)


def test_the_same_sending_twice_is_one_entry(room, session, clock) -> None:
    first = collect(session, clock, room.cast.pia, room.workshop, "idea", "A shared sorting line")
    again = collect(session, clock, room.cast.pia, room.workshop, "idea", "A shared sorting line")
    assert first.id == again.id
    assert session.query(WorkshopEntry).count() == 1
    assert room.workshop.revision == 1
    session.add(WorkshopEntry(workshop_id=room.workshop.id, kind=EntryKind.IDEA, text="x", token=first.token,
                              created_at=clock(), changed_at=clock()))  # fmt: skip
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_every_change_has_the_next_revision_and_is_announced_to_the_room(room, session, clock) -> None:
    entry = collect(session, clock, room.cast.pia, room.workshop, "idea", "A shared sorting line")
    services.vote(session, clock, room.cast.olga, room.workshop, entry, on=True)
    services.vote(session, clock, room.cast.olga, room.workshop, entry, on=True)
    services.set_state(session, clock, room.cast.pia, room.workshop, entry, EntryState.DROPPED, leads=False)
    session.commit()
    changes = queries.changes_since(session, room.workshop.id, 0, 100)
    assert [change.revision for change in changes] == [1, 2, 3]
    assert [c.payload["entries"][0]["votes"] for c in changes] == [0, 1, 1]
    assert changes[-1].payload["entries"][0]["state"] == "dropped"
    sent = session.query(LiveEvent).order_by(LiveEvent.id).all()
    assert [(e.room, e.name, e.payload["version"]) for e in sent] == [
        (f"workshop:{room.workshop.id}", "workshop", n) for n in (1, 2, 3)
    ]


def test_a_decision_of_a_participant_is_proposed_and_of_who_leads_agreed(room, session, clock) -> None:
    proposed = collect(session, clock, room.cast.pia, room.workshop, "decision", "Sort by fibre")
    agreed = collect(session, clock, room.cast.olga, room.workshop, "decision", "Meet in May", leads=True)
    assert (proposed.state, agreed.state) == (EntryState.OPEN, EntryState.AGREED)
    with pytest.raises(Forbidden):
        services.set_state(session, clock, room.cast.pia, room.workshop, proposed, EntryState.AGREED, leads=False)
    services.set_state(session, clock, room.cast.olga, room.workshop, proposed, EntryState.AGREED, leads=True)
    assert proposed.state is EntryState.AGREED
    (entry,) = session.query(AuditEntry).filter_by(action="workshop_entry.state").all()
    assert (entry.actor_id, entry.detail["before"], entry.detail["after"]) == (room.cast.olga.id, "open", "agreed")


def test_a_follow_up_has_an_owner_and_a_date_and_its_owner_ticks_it_off_after_the_end(room, session, clock) -> None:
    entry = collect(
        session, clock, room.cast.olga, room.workshop, "follow_up", "Send the bale data", owner="pia example", due=DUE
    )
    assert (entry.owner_id, entry.owner_name, entry.due) == (room.cast.pia.id, "pia example", DUE)
    assert [row.id for row in queries.open_follow_ups(session, room.cast.pia.id)] == [entry.id]
    room.workshop.state = "minuted"
    session.flush()
    with pytest.raises(Forbidden):
        services.set_state(session, clock, room.cast.piotr, room.workshop, entry, EntryState.DONE, leads=False)
    services.set_state(session, clock, room.cast.pia, room.workshop, entry, EntryState.DONE, leads=False)
    assert queries.open_follow_ups(session, room.cast.pia.id) == []


@pytest.mark.parametrize(
    ("kind", "text", "more", "field"),
    [
        ("idea", "  ", {}, "text"),
        ("idea", "x" * 1001, {}, "text"),
        ("idea", "Fine", {"token": "short"}, "token"),
        ("idea", "Fine", {"token": "x" * 41}, "token"),
        ("idea", "Fine", {"group_id": 99}, "group"),
        ("follow_up", "Fine", {"due": DUE}, "owner"),
        ("follow_up", "Fine", {"owner": "Pia Example"}, "due"),
        ("follow_up", "Fine", {"owner": "Pia Example", "due": date(2027, 3, 1)}, "due"),
    ],
)
def test_what_is_refused_names_its_field_and_leaves_nothing(room, session, clock, kind, text, more, field) -> None:
    with pytest.raises(Invalid) as refused:
        collect(session, clock, room.cast.pia, room.workshop, kind, text, **more)
    assert refused.value.field == field
    session.rollback()
    assert session.query(WorkshopEntry).count() == session.query(WorkshopChange).count() == 0


def test_an_entry_of_another_workshop_is_not_its_source(room, session, clock) -> None:
    other = make_workshop(session, clock, room.cast.event, room.cast.olga)
    entry = collect(session, clock, room.cast.olga, other, "idea", "Elsewhere", leads=True)
    with pytest.raises(NotFound):
        collect(session, clock, room.cast.pia, room.workshop, "decision", "Taken over", source_id=entry.id)


@pytest.mark.parametrize(
    ("state", "leads", "works"),
    [("planned", False, False), ("planned", True, False), ("open", False, True), ("held", False, False),
     ("held", True, True), ("minuted", True, False), ("cancelled", True, False)],
)  # fmt: skip
def test_when_entries_are_taken(room, session, clock, state, leads, works) -> None:
    room.workshop.state = state
    session.flush()
    if works:
        collect(session, clock, room.cast.olga, room.workshop, "idea", "Something", leads=leads)
        return
    with pytest.raises(Conflict):
        collect(session, clock, room.cast.olga, room.workshop, "idea", "Something", leads=leads)


def test_a_flood_is_stopped_and_goes_on_a_minute_later(room, session, clock) -> None:
    for n in range(PER_MINUTE):
        collect(session, clock, room.cast.pia, room.workshop, "idea", f"Idea number {n}")
    with pytest.raises(Conflict, match="wait a minute"):
        collect(session, clock, room.cast.pia, room.workshop, "idea", "One too many")
    collect(session, clock, room.cast.olga, room.workshop, "idea", "Of somebody else")
    clock.advance(timedelta(minutes=1, seconds=1))
    collect(session, clock, room.cast.pia, room.workshop, "idea", "One too many")


def test_who_may_bring_an_entry_where() -> None:
    """The whole table, for somebody without any part in it and for who leads."""
    for kind in EntryKind:
        for before in STATES[kind]:
            for after in EntryState:
                nobody = may_set(kind, before, after, leads=False, is_author=False, is_owner=False)
                leader = may_set(kind, before, after, leads=True, is_author=False, is_owner=False)
                author = may_set(kind, before, after, leads=False, is_author=True, is_owner=False)
                owner = may_set(kind, before, after, leads=False, is_author=False, is_owner=True)
                assert not nobody
                assert leader == (after in STATES[kind] and after is not before)
                assert author == (before is EntryState.OPEN and after is EntryState.DROPPED)
                assert owner == (kind is EntryKind.FOLLOW_UP and {before, after} == {EntryState.OPEN, EntryState.DONE})


def test_a_page_that_was_away_gets_what_it_missed_or_everything(room, session, clock, monkeypatch) -> None:
    for n in range(5):
        collect(session, clock, room.cast.pia, room.workshop, "idea", f"Idea number {n}")
    assert showing.missed(session, room.workshop, 5) == []
    assert [change["version"] for change in showing.missed(session, room.workshop, 2)] == [3, 4, 5]
    for since in (None, -1, 6, "2", 10**9):
        (whole,) = showing.missed(session, room.workshop, since)
        assert (whole["replace"], whole["version"], len(whole["entries"])) == (True, 5, 5)
    monkeypatch.setattr(showing, "MISSED_AT_MOST", 2)
    assert showing.missed(session, room.workshop, 1)[0]["replace"]
