from collections import Counter
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from app.demo.asking import degrees
from app.demo.building import SMALL_SIZE, build_world
from app.organisations import reference

TODAY = date(2027, 1, 11)


@pytest.fixture(scope="module")
def world():
    return build_world(TODAY)


@pytest.fixture(scope="module")
def small():
    return build_world(TODAY, size=SMALL_SIZE)


def entries(world):
    return [entry for person in world.participants for entry in person.needs + person.offers]


def test_event_is_of_real_size(world):
    assert len(world.participants) == 370
    assert 220 <= len(world.organisations) <= 240
    assert len({organisation.country for organisation in world.organisations}) >= 24
    assert len(world.slots) == 24
    assert len(world.tables) == 80
    assert 5 <= len(world.zones) <= 6
    assert len(world.rooms) == 4


def test_guests_from_outside_the_union_take_part(world):
    countries = {organisation.country for organisation in world.organisations}
    assert len(countries - reference.eu_members()) >= 3


def test_same_seed_and_date_give_the_same_world(world):
    assert build_world(TODAY) == world


def test_another_seed_gives_other_people(world):
    other = build_world(TODAY, seed=7)
    assert {person.email for person in other.participants} != {person.email for person in world.participants}


def test_no_two_entries_share_title_or_text(world):
    found = entries(world)
    assert len({entry.title for entry in found}) == len(found)
    assert len({entry.text for entry in found}) == len(found)


def test_everybody_has_one_to_three_needs_and_offers(world):
    for person in world.participants:
        assert 1 <= len(person.needs) <= 3
        assert 1 <= len(person.offers) <= 3


def test_no_placeholder_is_left_in_any_text(world):
    texts = [entry.title + entry.text for entry in entries(world)]
    texts += [request.message for request in world.requests]
    texts += [organisation.description for organisation in world.organisations]
    texts += [person.about for person in world.participants]
    assert not [text for text in texts if "{" in text or "}" in text]


def test_some_entries_are_in_other_languages(world):
    languages = Counter(entry.language for entry in entries(world))
    assert set(languages) == {"en", "de", "fr", "es", "it", "pl"}
    assert 0.05 < 1 - languages["en"] / languages.total() < 0.12


def test_needs_meet_offers_of_others(world):
    offered = Counter(entry.topic for entry in entries(world) if entry.kind == "offer")
    needs = [entry for entry in entries(world) if entry.kind == "need"]
    met = sum(offered[need.topic] > 0 for need in needs)
    assert met / len(needs) > 0.95


def test_codes_are_those_of_the_reference_data(world):
    for organisation in world.organisations:
        assert organisation.kind in reference.organisation_kinds()
        assert organisation.size in reference.organisation_sizes()
        assert organisation.nace in reference.activities()
        assert organisation.chain in reference.value_chain()
        assert reference.region_country(organisation.nuts) == organisation.country
    for person in world.participants:
        assert set(person.languages) <= set(reference.languages().codes)
    for entry in entries(world):
        assert entry.partnership in reference.partnership_kinds()
        assert 1 <= entry.trl_min <= entry.trl_max <= 9
        assert len(entry.title) <= 256


def test_people_and_organisations_can_be_told_apart(world):
    for values in (
        [person.email for person in world.participants],
        [person.name for person in world.participants],
        [person.code for person in world.participants],
        [organisation.name for organisation in world.organisations],
        [organisation.domain for organisation in world.organisations],
        [table.label for table in world.tables],
    ):
        assert len(set(values)) == len(values)


def test_nobody_can_be_mistaken_for_a_real_address(world):
    assert all(person.email.isascii() and person.email.endswith(".example") for person in world.participants)
    assert all(organisation.website.endswith(".example") for organisation in world.organisations)


def test_teams_have_one_to_four_people(world):
    teams = Counter(person.organisation for person in world.participants)
    assert set(teams) == {organisation.key for organisation in world.organisations}
    assert set(teams.values()) == {1, 2, 3, 4}


def test_demand_exceeds_what_can_be_placed(world):
    accepted = degrees(list(world.requests))
    limits = {kind.key: kind.max_meetings or world.event.max_meetings for kind in world.types}
    places = sum(
        min(accepted[person.code], person.max_meetings or limits[person.type]) for person in world.participants
    )
    assert sum(accepted.values()) // 2 > 2000
    assert 1400 <= places // 2 <= 1650
    assert max(accepted.values()) > len(world.slots)


def test_requests_keep_the_rules_of_the_event(world):
    people = {person.code: person for person in world.participants}
    allowed = set(world.permissions)
    vetoed = {frozenset((veto.participant, veto.other)) for veto in world.vetoes}
    pairs = [frozenset((request.requester, request.recipient)) for request in world.requests]
    assert len(set(pairs)) == len(pairs)
    assert vetoed
    assert not vetoed & set(pairs)
    for request in world.requests:
        one, other = people[request.requester], people[request.recipient]
        assert one.organisation != other.organisation
        assert (one.type, other.type) in allowed


def test_nobody_has_more_requests_out_than_the_event_allows(world):
    out = Counter(request.requester for request in world.requests if request.state in ("open", "accepted"))
    assert max(out.values()) <= world.event.max_open_requests


def test_answers_fit_their_states(world):
    now = datetime(2027, 1, 11, tzinfo=UTC)
    states = Counter(request.state for request in world.requests)
    assert set(states) == {"accepted", "open", "declined", "withdrawn"}
    for request in world.requests:
        assert request.asked_at < now
        assert (request.answered_at is not None) == (request.state in ("accepted", "declined"))
        assert bool(request.answer_reason) == (request.state == "declined")
        assert request.answered_at is None or request.asked_at < request.answered_at < now


def test_days_lie_ahead_and_slots_do_not_overlap(world):
    slots = world.slots
    assert slots[0].day > TODAY
    assert len({slot.day for slot in slots}) == 2
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(slots))
    assert all((slot.ends_at - slot.starts_at).total_seconds() == 20 * 60 for slot in slots)
    assert all(slot.starts_at.tzinfo is not None for slot in slots)


def test_first_day_can_be_set():
    today = date(2027, 1, 11)
    world = build_world(today, size=SMALL_SIZE, first_day=today)
    assert world.slots[0].day == today


def test_sessions_do_not_share_a_room_and_keep_to_their_capacity(world):
    rooms = {room.name: room.capacity for room in world.rooms}
    taken = Counter(key for person in world.participants for key in person.sessions)
    for session in world.sessions:
        assert session.room in rooms
        assert session.abstract
        assert taken[session.key] <= (session.capacity or rooms[session.room])
    for one in world.sessions:
        clashes = [
            other.key
            for other in world.sessions
            if other.room == one.room and other.starts_at < one.ends_at and one.starts_at < other.ends_at
        ]
        assert clashes == [one.key]


def test_workshops_have_speakers_who_signed_up(world):
    people = {person.code: person for person in world.participants}
    workshops = [session for session in world.sessions if session.sign_up]
    assert len(workshops) >= 10
    for session in workshops:
        assert session.speakers
        assert all(session.key in people[code].sessions for code in session.speakers)


def test_nobody_sits_in_two_sessions_at_once(world):
    sessions = {session.key: session for session in world.sessions}
    for person in world.participants:
        times = sorted((sessions[key].starts_at, sessions[key].ends_at) for key in person.sessions)
        assert all(one[1] <= other[0] for one, other in pairwise(times))


def test_online_guests_meet_in_their_own_online_room(world):
    links = {table.label for table in world.tables if table.link}
    online = [person for person in world.participants if person.online]
    assert online
    assert all(person.own_table in links for person in online)
    assert all(person.online for person in world.participants if person.own_table in links)
    owned = [person.own_table for person in world.participants if person.own_table]
    assert len(set(owned)) == len(owned)


def test_everybody_has_some_time_for_meetings(world):
    assert all(len(person.absences) <= len(world.slots) // 2 for person in world.participants)


def test_small_world_has_every_kind_of_thing(small):
    assert len(small.participants) == SMALL_SIZE
    assert {person.type for person in small.participants} >= {"company", "research", "cluster", "public"}
    assert {request.state for request in small.requests} >= {"accepted", "open"}
    assert 12 <= len(small.tables) <= 16
    assert small.vetoes


@pytest.mark.parametrize("seed", range(5))
def test_any_seed_gives_a_world(seed):
    world = build_world(TODAY, seed=seed)
    assert len(world.participants) == 370
    assert len({person.email for person in world.participants}) == 370
