"""Asking for meetings and answering: the rules, the services, the pages."""

import pytest
from sqlalchemy import select

from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.models import LiveEvent, Mail
from app.events.models import MeetingPermission, Phase
from app.events.queries import types_of
from app.meetings import queries, services
from app.meetings.exchange import export_requests
from app.meetings.models import MeetingRequest, Priority, RequestState, Veto
from app.registrations import services as leaving
from app.registrations.models import RegistrationState

BASE = "/events/spring"


@pytest.fixture
def ask(app, session, cast, clock):
    """Ask as Pia, or as Piotr, inside the application."""

    def send(asking=None, asked=None, **options) -> MeetingRequest:
        asking, asked = asking or cast.pia_participant, asked or cast.piotr_participant
        with app.test_request_context():
            return services.ask(session, cast.event, asking, asked, clock, **options)

    return send


def test_a_request_reaches_the_other_by_mail_and_live(session, cast, ask) -> None:
    made = ask(message="Your PHA line?", priority=Priority.HIGH)
    session.commit()

    assert (made.state, made.priority, made.code) == (RequestState.OPEN, Priority.HIGH, f"r{made.id:05d}")
    mail = session.scalars(select(Mail)).one()
    assert mail.recipient == "piotr@example.org"
    assert "Your PHA line?" in mail.body
    rooms = set(session.scalars(select(LiveEvent.room)))
    pair = {f"participant:{cast.pia_participant.id}", f"participant:{cast.piotr_participant.id}"}
    assert rooms == pair | {f"organisers:{cast.event.id}"}


def test_accepting_takes_no_slot_and_tells_the_one_who_asked(app, session, cast, ask, clock) -> None:
    made = ask()
    with app.test_request_context():
        services.accept(session, cast.event, made, cast.piotr_participant, clock, priority=Priority.MUST)

    assert (made.state, made.recipient_priority) == (RequestState.ACCEPTED, Priority.MUST)
    assert [mail.recipient for mail in session.scalars(select(Mail).order_by(Mail.id))][-1] == "pia@example.org"


def test_asking_back_accepts_and_makes_it_mutual(session, cast, ask) -> None:
    first = ask()
    second = ask(cast.piotr_participant, cast.pia_participant, priority=Priority.HIGH)

    assert second is first
    assert (first.state, first.mutual, first.recipient_priority) == (RequestState.ACCEPTED, True, Priority.HIGH)


def test_the_same_pair_is_asked_once_only(session, cast, ask) -> None:
    ask()

    with pytest.raises(Conflict, match="You have asked Piotr Example already"):
        ask()
    assert len(session.scalars(select(MeetingRequest)).all()) == 1


def test_only_the_one_who_was_asked_answers(app, session, cast, ask, clock) -> None:
    made = ask()
    with app.test_request_context():
        with pytest.raises(Forbidden):
            services.accept(session, cast.event, made, cast.pia_participant, clock)
        services.decline(session, cast.event, made, cast.piotr_participant, clock, reason="Not in my field")
        with pytest.raises(Conflict):
            services.accept(session, cast.event, made, cast.piotr_participant, clock)

    assert made.answer_reason == "Not in my field"


def test_after_a_decline_one_may_ask_again(app, session, cast, ask, clock) -> None:
    made = ask()
    with app.test_request_context():
        services.decline(session, cast.event, made, cast.piotr_participant, clock)

    again = ask(message="One more try")

    assert again.id != made.id
    assert again.state is RequestState.OPEN


def test_a_withdrawn_request_frees_the_quota(app, session, cast, ask, clock) -> None:
    cast.event.max_open_requests = 1
    made = ask()
    with app.test_request_context():
        assert queries.quota_of(session, cast.event, cast.pia_participant).left == 0
        services.withdraw(session, cast.event, made, cast.pia_participant, clock)
        assert queries.quota_of(session, cast.event, cast.pia_participant).left == 1


def test_the_quota_of_the_type_goes_before_that_of_the_event(app, session, cast, ask) -> None:
    cast.event.max_open_requests = 5
    cast.pia_participant.type.max_open_requests = 0

    with pytest.raises(Invalid, match="You have used all 0 requests"):
        ask()


@pytest.mark.parametrize("phase", [Phase.REGISTRATION, Phase.CLOSED])
def test_requests_wait_for_the_right_phase(cast, ask, phase) -> None:
    cast.event.phase = phase

    with pytest.raises(Forbidden):
        ask()


def test_after_the_closing_time_nobody_asks(cast, ask, clock) -> None:
    cast.event.booking_closes_at = clock()

    with pytest.raises(Forbidden, match="time to ask for meetings has passed"):
        ask()


def test_colleagues_and_people_who_left_are_not_asked(session, cast, ask) -> None:
    cast.piotr_participant.state = RegistrationState.CANCELLED
    with pytest.raises(Invalid, match="does not take part any more"):
        ask()

    cast.piotr_participant.state = RegistrationState.APPROVED
    cast.piotr_participant.organisation_id = cast.pia_participant.organisation_id
    with pytest.raises(Invalid, match="your own organisation"):
        ask()


def test_types_that_do_not_meet_are_kept_apart_in_one_direction(session, cast, ask) -> None:
    company, research = types_of(session, cast.event.id)
    session.add(MeetingPermission(event_id=cast.event.id, from_type_id=research.id, to_type_id=company.id))
    session.flush()

    with pytest.raises(Invalid, match="do not ask those of type"):
        ask()
    assert ask(cast.piotr_participant, cast.pia_participant).state is RequestState.OPEN


def test_a_veto_ends_what_was_open_and_hides_the_one_who_made_it(app, session, cast, ask, clock, sign_in) -> None:
    made = ask()
    with app.test_request_context():
        services.veto(session, cast.event, cast.piotr_participant, cast.pia_participant, clock)
    assert made.state is RequestState.DECLINED

    with pytest.raises(NotFound):
        ask()
    pia = sign_in(cast.pia)
    assert pia.get(f"{BASE}/partners/piotr").status_code == 404
    assert "Piotr Example" not in pia.get(f"{BASE}/partners").text
    assert queries.vetoed_pairs(session, cast.event.id) == {
        tuple(sorted((cast.pia_participant.id, cast.piotr_participant.id)))
    }


def test_a_veto_can_be_lifted(session, cast, sign_in) -> None:
    pia = sign_in(cast.pia)

    pia.post(f"{BASE}/partners/piotr/avoid")
    assert "Take that back" in pia.get(f"{BASE}/partners/piotr").text
    pia.post(f"{BASE}/partners/piotr/stop-avoiding")

    assert session.scalars(select(Veto)).all() == []


def test_the_whole_way_through_the_pages(session, cast, sign_in) -> None:
    pia, piotr = sign_in(cast.pia), sign_in(cast.piotr)

    assert "Piotr Example" in pia.get(f"{BASE}/partners").text
    sent = pia.post(f"{BASE}/partners/piotr/ask", data={"message": "About polymers", "priority": "high"})
    assert sent.status_code == 302
    assert "About polymers" in piotr.get(f"{BASE}/requests").text
    code = session.scalars(select(MeetingRequest.code)).one()
    assert piotr.post(f"{BASE}/requests/{code}/accept", data={"priority": "normal"}).status_code == 302
    assert session.scalars(select(MeetingRequest.state)).one() is RequestState.ACCEPTED
    assert "Accepted" in pia.get(f"{BASE}/requests?view=sent").text


def test_a_refused_request_keeps_what_was_typed(session, cast, sign_in) -> None:
    cast.event.max_open_requests = 0

    answer = sign_in(cast.pia).post(f"{BASE}/partners/piotr/ask", data={"message": "Typed", "priority": "normal"})

    assert answer.status_code == 422
    assert "You have used all 0 requests" in answer.text
    assert "Typed" in answer.text
    assert session.scalars(select(MeetingRequest)).all() == []


def test_a_third_person_neither_sees_nor_answers(session, cast, ask, sign_in, client) -> None:
    made = ask()
    session.commit()
    for outsider in (cast.omar, cast.dana):
        browser = sign_in(outsider)
        assert browser.get(f"{BASE}/requests").status_code == 403
        assert browser.post(f"{BASE}/requests/{made.code}/accept", data={"priority": "normal"}).status_code == 403
    assert client.post(f"{BASE}/requests/{made.code}/accept").status_code == 401
    assert made.state is RequestState.OPEN


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("?q=poznan", True),
        ("?q=poznan+process", True),
        ("?q=nothing+like+it", False),
        ("?country=PL", True),
        ("?country=IT", False),
        ("?language=en", True),
        ("?language=fr", False),
        ("?kind=need", False),
        ("?status=new", True),
        ("?status=asked", False),
        ("?sort=organisation&page=99", True),
        ("?type=abc&sort=nonsense&page=-1", True),
    ],
)
def test_filters_of_the_directory(cast, sign_in, query, found) -> None:
    answer = sign_in(cast.pia).get(f"{BASE}/partners{query}")

    assert answer.status_code == 200
    assert ("Piotr Example" in answer.text) is found
    assert "Pia Example</a>" not in answer.text


def test_requests_end_when_somebody_leaves_and_the_other_side_is_told(app, session, cast, ask, clock) -> None:
    made = ask()
    with app.test_request_context():
        services.accept(session, cast.event, made, cast.piotr_participant, clock)
        assert leaving.consequences_of_leaving(session, cast.piotr_participant) == [
            "1 meeting request ends; the other side is told."
        ]
        leaving.cancel(session, clock, cast.piotr, cast.piotr_participant)

    assert made.state is RequestState.WITHDRAWN
    assert (
        "Piotr Example took back a meeting"
        in session.scalars(select(Mail.subject).where(Mail.recipient == "pia@example.org")).all()
    )


def test_the_export_holds_every_request(app, session, cast, ask, clock) -> None:
    made = ask(message="About polymers", priority=Priority.HIGH)
    with app.test_request_context():
        sheet = export_requests(session, cast.event)

    (row,) = [dict(zip(sheet.header, cells, strict=True)) for cells in sheet.rows]
    assert (row["request"], row["state"], row["priority"]) == (made.code, "open", "high")
    assert (row["requester"], row["recipient"], row["message"]) == ("Pia Example", "Piotr Example", "About polymers")
