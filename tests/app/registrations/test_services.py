"""What registration services guarantee."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core import facts
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.models import Mail
from app.events.models import Approval, EventFormat, Phase, Room
from app.registrations import queries, services
from app.registrations.models import Attendance, RegistrationState
from app.registrations.services import ProfileData
from tests.factories.registrations import make_organisation, make_participant, make_session, make_user


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


@pytest.fixture
def heard():
    """The facts announced during a test."""
    said = []

    def participant(_sender, participant, **_rest):
        said.append(("participant", participant.code, participant.state.value))

    def sessions(_sender, participant_ids, **_rest):
        said.append(("sessions", participant_ids))

    facts.participant_changed.connect(participant)
    facts.sessions_changed.connect(sessions)
    yield said
    facts.participant_changed.disconnect(participant)
    facts.sessions_changed.disconnect(sessions)


@pytest.fixture
def profile(session, clock, cast):
    return ProfileData(
        organisation=make_organisation(session, clock),
        type=cast.pia_participant.type,
        languages=("en", "it", "en"),
        trl_min=3,
        trl_max=6,
    )


def mails_to(session, user):
    return session.scalars(select(Mail.subject).where(Mail.recipient == user.email)).all()


def test_registering_oneself_waits_for_the_organiser(session, clock, cast, profile, heard):
    made = services.register(session, clock, cast.omar, cast.event, cast.omar, profile)
    assert (made.state, made.code, made.languages) == (RegistrationState.PENDING, "p0001", ["en", "it"])
    assert made.consented_at == clock()
    assert mails_to(session, cast.omar) == ["Your registration for Spring Partnering Day"]
    assert heard == [("participant", "p0001", "pending")]


def test_registering_oneself_is_approved_where_the_event_says_so(session, clock, cast, profile):
    cast.event.approval = Approval.AUTOMATIC
    made = services.register(session, clock, cast.omar, cast.event, cast.omar, profile)
    assert made.state is RegistrationState.APPROVED


def test_codes_count_on_from_the_highest(session, clock, cast, profile):
    make_participant(session, clock, cast.event).code = "p10041"
    made = services.register(session, clock, None, cast.event, cast.omar, profile)
    assert made.code == "p10042"
    assert made.state is RegistrationState.APPROVED
    assert made.consented_at is None


@pytest.mark.parametrize("phase", [Phase.DRAFT, Phase.CLOSED])
def test_the_door_is_kept_by_the_service_too(session, clock, cast, profile, phase):
    cast.event.phase = phase
    with pytest.raises(Forbidden):
        services.register(session, clock, cast.omar, cast.event, cast.omar, profile)
    assert queries.participant_of(session, cast.event.id, cast.omar.id) is None


def test_organisers_register_people_after_the_deadline(session, clock, cast, profile):
    cast.event.registration_closes_at = clock() - timedelta(days=1)
    with pytest.raises(Forbidden, match="deadline"):
        services.register(session, clock, cast.omar, cast.event, cast.omar, profile)
    made = services.register(session, clock, cast.olga, cast.event, cast.omar, profile)
    assert made.state is RegistrationState.APPROVED


def test_nobody_registers_twice(session, clock, cast, profile):
    with pytest.raises(Conflict, match="Pia Example"):
        services.register(session, clock, cast.pia, cast.event, cast.pia, profile)


def test_who_cancelled_comes_back_with_the_same_code(session, clock, cast, profile):
    services.cancel(session, clock, cast.pia, cast.pia_participant)
    again = services.register(session, clock, cast.pia, cast.event, cast.pia, profile)
    assert again is cast.pia_participant
    assert (again.code, again.state) == ("pia", RegistrationState.PENDING)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"trl_min": 0}, "trl_min"),
        ({"trl_min": 7, "trl_max": 6}, "trl_max"),
        ({"languages": ("en", "xx")}, "languages"),
        ({"value_chain_position": "middle"}, "value_chain_position"),
        ({"about": "a" * 4001}, "about"),
        ({"job_title": "a" * 161}, "job_title"),
    ],
)
def test_a_fault_names_its_field_and_changes_nothing(session, clock, cast, changes, field):
    before = services.profile_of(cast.pia_participant)
    with pytest.raises(Invalid) as caught:
        services.update_profile(
            session, clock, cast.pia, cast.pia_participant, services.profile_of(cast.pia_participant, **changes)
        )
    assert caught.value.field == field
    assert services.profile_of(cast.pia_participant) == before


def test_attendance_follows_the_format_of_the_event(session, clock, cast):
    online = services.profile_of(cast.pia_participant, attendance=Attendance.ONLINE)
    services.update_profile(session, clock, cast.pia, cast.pia_participant, online)
    assert cast.pia_participant.attendance is Attendance.ON_SITE
    cast.event.format = EventFormat.MIXED
    services.update_profile(session, clock, cast.pia, cast.pia_participant, online)
    assert cast.pia_participant.attendance is Attendance.ONLINE


def test_saving_an_unchanged_profile_tells_nobody(session, clock, cast, heard):
    services.update_profile(session, clock, cast.pia, cast.pia_participant, services.profile_of(cast.pia_participant))
    assert heard == []


def test_turning_down_needs_a_reason_and_mails_it(session, clock, cast):
    waiting = make_participant(session, clock, cast.event, state=RegistrationState.PENDING)
    with pytest.raises(Invalid):
        services.reject(session, clock, cast.olga, waiting, "  ")
    services.reject(session, clock, cast.olga, waiting, "The event is full.")
    body = session.scalars(select(Mail.body).where(Mail.recipient == waiting.user.email)).one()
    assert "The event is full." in body


def test_approving_counts_those_who_waited(session, clock, cast):
    waiting = make_participant(session, clock, cast.event, state=RegistrationState.PENDING)
    assert services.approve(session, clock, cast.olga, [waiting, cast.pia_participant]) == 1
    assert mails_to(session, waiting.user) == ["You are admitted to Spring Partnering Day"]
    assert mails_to(session, cast.pia) == []


def test_a_decision_on_a_state_that_changed_is_refused(session, clock, cast):
    services.cancel(session, clock, cast.pia, cast.pia_participant)
    with pytest.raises(Conflict):
        services.reject(session, clock, cast.olga, cast.pia_participant, "too late")


def test_leaving_says_first_what_happens_and_frees_places(session, clock, cast, heard):
    talk = make_session(session, cast.event, "Talk", cast.slots[0].starts_at)
    services.sign_up(session, clock, cast.pia, cast.pia_participant, talk)

    def later_feature(_sender, participant):
        return [f"{participant.user.name} had a meeting."]

    facts.participant_leaves.connect(later_feature)
    said = services.consequences_of_leaving(session, cast.pia_participant)
    facts.participant_leaves.disconnect(later_feature)
    assert said[0].startswith("1 ")
    assert "Pia Example had a meeting." in said
    services.cancel(session, clock, cast.pia, cast.pia_participant, "ill")
    assert queries.sessions_signed_up(session, cast.pia_participant.id) == []
    assert heard[-2:] == [("participant", "pia", "cancelled"), ("sessions", [cast.pia_participant.id])]


def test_absences_are_exactly_what_was_said(session, clock, cast):
    first, second, third, _fourth = (slot.id for slot in cast.slots)
    person = cast.pia_participant
    assert services.set_absences(session, clock, cast.pia, person, {first, second}) == 2
    assert services.set_absences(session, clock, cast.pia, person, {second, third}) == 2
    assert queries.absences_of(session, person.id) == {second, third}
    assert services.set_absences(session, clock, cast.pia, person, {second, third}) == 0


def test_a_slot_that_has_begun_stays_as_it_is(session, clock, cast):
    first, second = cast.slots[0], cast.slots[1]
    clock.now = first.starts_at
    with pytest.raises(Invalid, match="10:00–10:25 has begun"):
        services.set_absences(session, clock, cast.pia, cast.pia_participant, {first.id})
    services.set_absences(session, clock, cast.pia, cast.pia_participant, {second.id})
    assert queries.absences_of(session, cast.pia_participant.id) == {second.id}


def test_a_slot_of_another_event_is_refused(session, clock, cast):
    with pytest.raises(Invalid):
        services.set_absences(session, clock, cast.pia, cast.pia_participant, {999999})


def test_the_last_seat_goes_to_the_first(session, clock, cast):
    talk = make_session(session, cast.event, "Talk", cast.slots[0].starts_at, capacity=1)
    services.sign_up(session, clock, cast.pia, cast.pia_participant, talk)
    with pytest.raises(Conflict, match="no waiting list") as caught:
        services.sign_up(session, clock, cast.piotr, cast.piotr_participant, talk)
    assert caught.value.code == "session_full"
    services.leave_session(session, clock, cast.pia, cast.pia_participant, talk)
    services.sign_up(session, clock, cast.piotr, cast.piotr_participant, talk)
    assert queries.sign_up_counts(session, cast.event.id) == {talk.id: 1}


def test_a_session_without_a_number_has_the_seats_of_its_room(session, clock, cast):
    room = Room(event_id=cast.event.id, name="Small", capacity=0)
    session.add(room)
    session.flush()
    talk = make_session(session, cast.event, "Talk", cast.slots[0].starts_at, room=room)
    with pytest.raises(Conflict, match="All 0 places"):
        services.sign_up(session, clock, cast.pia, cast.pia_participant, talk)


def test_two_sessions_at_once_are_refused_and_both_named(session, clock, cast):
    talk = make_session(session, cast.event, "Talk", cast.slots[0].starts_at)
    workshop = make_session(session, cast.event, "Workshop", cast.slots[1].starts_at)
    services.sign_up(session, clock, cast.pia, cast.pia_participant, talk)
    with pytest.raises(Conflict, match=r"“Workshop” \(10:30–11:15\) overlaps “Talk” \(10:00–10:45\)"):
        services.sign_up(session, clock, cast.pia, cast.pia_participant, workshop)
    later = make_session(session, cast.event, "Later", talk.ends_at)
    services.sign_up(session, clock, cast.pia, cast.pia_participant, later)


def test_sessions_that_began_and_people_not_admitted_are_refused(session, clock, cast):
    talk = make_session(session, cast.event, "Talk", cast.slots[0].starts_at)
    waiting = make_participant(session, clock, cast.event, state=RegistrationState.PENDING)
    with pytest.raises(Conflict, match="approved"):
        services.sign_up(session, clock, waiting.user, waiting, talk)
    clock.now = talk.starts_at
    with pytest.raises(Conflict, match="begun"):
        services.sign_up(session, clock, cast.pia, cast.pia_participant, talk)


def test_unavailable_slots_are_absences_and_sessions_together(session, clock, cast):
    first, second, third, _fourth = cast.slots
    talk = make_session(session, cast.event, "Talk", second.starts_at, minutes=40)
    services.sign_up(session, clock, cast.pia, cast.pia_participant, talk)
    services.set_absences(session, clock, cast.pia, cast.pia_participant, {first.id})
    pia = cast.pia_participant.id
    expected = {(pia, first.id), (pia, second.id), (pia, third.id)}
    assert queries.unavailable_slots(session, cast.event.id) == expected


def test_checking_in_counts_once_and_can_be_undone(session, clock, cast):
    person, arrived = cast.pia_participant, clock()
    assert services.check_in(session, clock, cast.dana, person)
    clock.advance(timedelta(minutes=5))
    assert not services.check_in(session, clock, cast.dana, person)
    assert person.checked_in_at == arrived
    assert services.undo_check_in(session, clock, cast.dana, person)
    assert not services.undo_check_in(session, clock, cast.dana, person)
    assert queries.checked_in_count(session, cast.event.id) == 0


def test_who_is_not_admitted_is_not_checked_in(session, clock, cast):
    waiting = make_participant(session, clock, cast.event, "Wanda", state=RegistrationState.PENDING)
    with pytest.raises(Conflict, match="Wanda is not admitted"):
        services.check_in(session, clock, cast.dana, waiting)


def test_limits_and_own_tables_are_checked(session, clock, cast):
    table, person = cast.tables[0], cast.pia_participant

    def limit(who, low, high, own=None):
        services.set_limits(session, clock, cast.olga, who, max_meetings=high, min_meetings=low, own_table=own)

    limit(person, 2, 8, table)
    assert (person.min_meetings, person.max_meetings, person.own_table_id) == (2, 8, table.id)
    with pytest.raises(Invalid, match="minimum"):
        limit(person, 9, 8)
    with pytest.raises(Conflict, match="A1 is kept for Pia Example"):
        limit(cast.piotr_participant, None, None, table)
    colleague = make_participant(session, clock, cast.event, organisation=person.organisation)
    limit(colleague, None, None, table)
    limit(person, None, None)
    assert person.own_table_id is None


def test_accounts_of_other_events_are_not_mixed_up(session, clock, cast):
    stranger = make_user(session, clock)
    assert queries.participant_of(session, cast.event.id, stranger.id) is None
    assert queries.participant_by_code(session, cast.event.id + 1, "pia") is None


def test_who_signed_up_for_a_session_that_goes_is_told_and_free_again(session, clock, cast, heard):
    talk = make_session(session, cast.event, "Talk", cast.slots[0].starts_at)
    services.sign_up(session, clock, cast.pia, cast.pia_participant, talk)
    facts.session_leaving.send(session, event=cast.event, event_session=talk, actor=cast.olga, clock=clock)
    assert mails_to(session, cast.pia) == ["“Talk” does not take place"]
    assert mails_to(session, cast.piotr) == []
    assert queries.unavailable_slots(session, cast.event.id) == set()
    assert heard[-1] == ("sessions", [cast.pia_participant.id])
