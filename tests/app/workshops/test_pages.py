"""Pages of workshops: who may, what they do, and what is refused."""

import io

import pytest

from app.core.models import AuditEntry, StoredFile
from app.events.models import EventSession, SessionKind
from app.workshops import queries, services
from app.workshops.models import Workshop, WorkshopEntry, WorkshopMinutes, WorkshopVote
from app.workshops.process import WorkshopFacts, machine
from tests.factories.workshops import collect, make_session

TOKEN = "0123456789abcdef"
OUTSIDERS = ("omar", "piotr")


def browser(room, sign_in, client, person):
    if person == "nobody":
        return client
    return sign_in(room.lena if person == "lena" else getattr(room.cast, person))


@pytest.mark.parametrize(
    ("person", "page", "room_post", "lead_post"),
    [
        ("nobody", 401, 401, 401), ("omar", 403, 403, 403), ("piotr", 403, 403, 403), ("lena", 200, 403, 403),
        ("pia", 200, 302, 403), ("dana", 200, 302, 403), ("olga", 200, 302, 302), ("ada", 200, 302, 302),
    ],
)  # fmt: skip
def test_who_sees_who_adds_who_leads(room, sign_in, client, person, page, room_post, lead_post) -> None:
    web, headers = browser(room, sign_in, client, person), {"Accept": "application/json"}
    assert web.get(room.path, headers=headers).status_code == page
    form = {"kind": "idea", "text": "A sorting line", "token": TOKEN}
    assert web.post(f"{room.path}entries", data=form, headers=headers).status_code == room_post
    assert (
        web.post(f"{room.path}prepare/agenda", data={"agenda": "20; Needs"}, headers=headers).status_code == lead_post
    )
    assert web.get(f"{room.path}prepare", headers=headers).status_code == (200 if lead_post == 302 else lead_post)
    assert web.get(f"{room.path}minutes/edit", headers=headers).status_code == (200 if lead_post == 302 else lead_post)
    assert web.post(f"{room.path}steps/close", headers=headers).status_code == lead_post


def test_a_workshop_of_another_event_is_not_found(room, sign_in) -> None:
    web = sign_in(room.cast.olga)
    assert web.get("/events/spring/workshops/999/").status_code == 404
    assert web.post("/events/spring/workshops/999/begin").status_code == 404


def test_without_the_script_everything_works_too(room, session, sign_in) -> None:
    pia, olga = sign_in(room.cast.pia), sign_in(room.cast.olga)
    pia.post(f"{room.path}entries", data={"kind": "idea", "text": "A sorting line", "token": TOKEN})
    pia.post(f"{room.path}entries", data={"kind": "idea", "text": "A sorting line", "token": TOKEN})
    entry = session.query(WorkshopEntry).one()
    assert "A sorting line" in olga.get(room.path).text
    olga.post(f"{room.path}entries/{entry.id}/support")
    assert session.query(WorkshopVote).count() == 1
    olga.post(f"{room.path}entries/{entry.id}/withdraw")
    assert session.query(WorkshopVote).count() == 0
    pia.post(f"{room.path}entries/{entry.id}/dropped")
    session.expire_all()
    assert entry.state.value == "dropped"
    bad = pia.post(f"{room.path}entries", data={"kind": "follow_up", "text": "Data", "token": TOKEN[::-1]})
    assert (bad.status_code, "Say who takes care of it." in bad.text) == (422, True)


def test_the_preparation_is_kept_and_faults_name_the_line(room, session, sign_in) -> None:
    web = sign_in(room.cast.olga)
    agenda = "10; Welcome; Olga\n\n50; What we need"
    assert web.post(f"{room.path}prepare/agenda", data={"agenda": agenda}).status_code == 302
    groups = "Sorting; Who buys?; Table 3\nSpinning"
    assert web.post(f"{room.path}prepare/groups", data={"groups": groups}).status_code == 302
    page = web.get(f"{room.path}prepare").text
    assert "10; Welcome; Olga\n50; What we need" in page
    assert "Sorting; Who buys?; Table 3\nSpinning" in page
    bad = web.post(f"{room.path}prepare/agenda", data={"agenda": "10; Fine\nnothing"})
    assert (bad.status_code, "Line 2" in bad.text) == (422, True)
    assert len(queries.agenda_of(session, room.workshop.id)) == 2
    bad = web.post(f"{room.path}prepare/groups", data={"groups": "Sorting\nsorting"})
    assert (bad.status_code, "Two groups have the same name." in bad.text) == (422, True)
    lead = {"leader-participant": str(room.cast.piotr_participant.id)}
    assert web.post(f"{room.path}prepare/facilitators", data=lead).status_code == 302
    assert sign_in(room.cast.piotr).get(f"{room.path}prepare").status_code == 200
    web.post(f"{room.path}prepare/facilitators/{room.cast.piotr.id}/remove")
    assert sign_in(room.cast.piotr).get(f"{room.path}prepare").status_code == 403
    guest = {"guest-participant": str(room.cast.piotr_participant.id)}
    assert web.post(f"{room.path}prepare/guests", data=guest).status_code == 302
    assert sign_in(room.cast.piotr).get(room.path).status_code == 200


def test_a_group_keeps_its_people_and_one_that_collected_stays(room, session, clock, sign_in) -> None:
    web = sign_in(room.cast.olga)
    web.post(f"{room.path}prepare/groups", data={"groups": "Sorting\nSpinning"})
    sorting = queries.groups_of(session, room.workshop.id)[0]
    sign_in(room.cast.pia).post(f"{room.path}group", data={"my-group": str(sorting.id)})
    collect(session, clock, room.cast.pia, room.workshop, "idea", "A sorting line", group_id=sorting.id)
    web.post(f"{room.path}prepare/groups", data={"groups": "Weaving\nSorting"})
    (pia,) = queries.people_of(session, room.workshop)
    assert (pia.attendance.group_id, [g.name for g in queries.groups_of(session, room.workshop.id)]) == (
        sorting.id, ["Weaving", "Sorting"],
    )  # fmt: skip
    bad = web.post(f"{room.path}prepare/groups", data={"groups": "Weaving"})
    assert (bad.status_code, "has collected something" in bad.text) == (422, True)


def held(room, session, clock):
    collect(session, clock, room.cast.pia, room.workshop, "idea", "A sorting line")
    collect(session, clock, room.cast.olga, room.workshop, "decision", "We build it in Norte", leads=True)
    dropped = collect(session, clock, room.cast.pia, room.workshop, "idea", "A rocket")
    services.set_state(session, clock, room.cast.pia, room.workshop, dropped, queries.EntryState.DROPPED, leads=False)
    services.enter(session, clock, room.workshop, room.cast.pia_participant)
    room.workshop.state = "held"
    session.commit()


def test_minutes_are_made_of_what_was_collected_edited_and_kept_as_documents(room, session, clock, sign_in) -> None:
    held(room, session, clock)
    web = sign_in(room.cast.olga)
    shut = web.post(f"{room.path}steps/minute", follow_redirects=True)
    assert "Keep a version of the minutes first." in shut.text
    page = web.get(f"{room.path}minutes/edit").text
    for words in ("We build it in Norte", "A sorting line", "Pia Example, Piave Polymers"):
        assert words in page
    assert "A rocket" not in page
    text = "# Minutes\nWe met.\n- We build it in Norte\n- Łódź joins"
    assert web.post(f"{room.path}minutes/edit", data={"text": text, "based_on": "0"}).status_code == 302
    stale = web.post(f"{room.path}minutes/edit", data={"text": "Mine", "based_on": "0"})
    assert (stale.status_code, "Somebody kept version 1" in stale.text, "Mine" in stale.text) == (422, True, True)
    upload = {"file": (io.BytesIO(b"MZ not a document"), "minutes.pdf"), "based_on": "1"}
    assert web.post(f"{room.path}minutes/upload", data=upload).status_code == 422
    assert web.post(f"{room.path}minutes/edit", data={"text": f"{text}\nEnd.", "based_on": "1"}).status_code == 302
    assert [row.number for row in queries.minutes_of(session, room.workshop.id)] == [2, 1]
    assert sign_in(room.cast.pia).get(f"{room.path}minutes").status_code == 404
    web.post(f"{room.path}steps/minute")
    entry = session.query(AuditEntry).filter_by(action="workshop.minute").one()
    newest = queries.minutes_of(session, room.workshop.id)[0]
    assert entry.detail["documents"] == [{"name": newest.file.name, "sha256": newest.file.sha256}]
    assert "Łódź joins" in sign_in(room.lena).get(f"{room.path}minutes").text
    late = web.post(f"{room.path}minutes/edit", data={"text": "More", "based_on": "2"})
    assert (late.status_code, session.query(WorkshopMinutes).count()) == (422, 2)


def test_the_document_is_a_pdf_and_closed_to_strangers(room, session, clock, sign_in, client) -> None:
    held(room, session, clock)
    web = sign_in(room.cast.olga)
    web.post(f"{room.path}minutes/edit", data={"text": "# Minutes\nWe met.", "based_on": "0"})
    stored = session.query(StoredFile).filter_by(subject_kind="workshop").one()
    answer = web.get(f"/documents/{stored.id}")
    assert (answer.status_code, answer.mimetype, answer.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert sign_in(room.lena).get(f"/documents/{stored.id}").status_code == 200
    assert [sign_in(getattr(room.cast, name)).get(f"/documents/{stored.id}").status_code for name in OUTSIDERS] == [
        403,
        403,
    ]
    assert client.get(f"/documents/{stored.id}", headers={"Accept": "application/json"}).status_code == 401


def test_reopened_it_needs_new_minutes(room, session, clock, sign_in) -> None:
    held(room, session, clock)
    web = sign_in(room.cast.olga)
    web.post(f"{room.path}minutes/edit", data={"text": "We met.", "based_on": "0"})
    web.post(f"{room.path}steps/minute")
    web.post(f"{room.path}steps/revise", data={"comment": "A name was wrong."})
    session.expire_all()
    assert (room.workshop.state, room.workshop.version) == ("held", 2)
    assert "Keep a version of the minutes first." in web.post(f"{room.path}steps/minute", follow_redirects=True).text
    assert session.query(WorkshopMinutes).count() == 1


STEPS = [(t.key, source) for t in machine().transitions for source in t.source]


@pytest.mark.parametrize(("key", "source"), STEPS, ids=[f"{k}-{s}" for k, s in STEPS])
def test_every_transition(room, session, clock, key, source) -> None:
    """Allowed role, every other role refused, guard open and shut, audit entry written."""
    from app.core import transitions
    from app.core.errors import AppError, Forbidden, Invalid
    from app.core.transitions import Act

    step, row, user = machine().transition(key), room.workshop, room.cast.olga
    shut, way_open = WorkshopFacts(), WorkshopFacts(minutes=1)

    def take(role: str, case: WorkshopFacts, comment: str = "Because.") -> None:
        row.state = source
        session.flush()
        transitions.take(session, clock, machine(), key, row, Act(user.id, frozenset({role}), comment), case)

    for role in {"organiser", "facilitator", "participant", "lead", "secretariat"} - set(step.roles):
        with pytest.raises(Forbidden):
            take(role, way_open)
    if step.guards:
        with pytest.raises(Invalid):
            take(step.roles[0], shut)
    if step.comment == "required":
        with pytest.raises(AppError):
            take(step.roles[0], way_open, "")
    for number, role in enumerate(step.roles):
        version = row.version
        take(role, way_open)
        assert (row.state, row.version) == (step.target, version + step.reopens)
        entries = session.query(AuditEntry).filter_by(action=f"workshop.{key}").order_by(AuditEntry.id).all()
        assert len(entries) == number + 1
        detail = entries[-1].detail
        assert (entries[-1].actor_id, detail["role"], detail["from"], detail["to"], detail["comment"]) == (
            user.id, role, source, step.target, "Because.",
        )  # fmt: skip


def test_a_new_workshop_session_can_be_prepared_at_once_and_an_old_one_on_demand(room, session, clock, sign_in) -> None:
    web = sign_in(room.cast.olga)
    old = make_session(session, room.cast.event, clock, "Written straight into the table")
    session.commit()
    assert "Written straight into the table" in web.get("/events/spring/workshops/").text
    assert web.post(f"/events/spring/workshops/{old.id}/begin").status_code == 302
    form = {
        "title": "Made by hand",
        "kind": "workshop",
        "starts": "2027-03-17T10:00",
        "ends": "2027-03-17T11:00",
        "room_id": "0",
    }
    assert web.post("/events/spring/organise/sessions/new", data=form).status_code == 302
    assert session.query(Workshop).count() == 3
    row = session.query(EventSession).filter_by(title="Made by hand").one()
    assert (row.kind, queries.workshop_of_session(session, row.id).state) == (SessionKind.WORKSHOP, "planned")


def test_a_session_that_has_collected_is_not_removed(room, session, clock, sign_in) -> None:
    web, number = sign_in(room.cast.olga), room.workshop.session_id
    collect(session, clock, room.cast.pia, room.workshop, "idea", "A sorting line")
    answer = web.post(f"/events/spring/organise/sessions/{number}/remove")
    assert answer.status_code == 409
    assert session.get(EventSession, number) is not None


def test_the_lists_show_what_each_workshop_brought(room, session, clock, sign_in) -> None:
    collect(session, clock, room.cast.olga, room.workshop, "follow_up", "Data", owner="Pia Example",
            due=room.workshop.session.ends_at.date())  # fmt: skip
    assert "Sorting together" in sign_in(room.cast.pia).get("/events/spring/workshops/").text
    assert "1 / 1" in sign_in(room.lena).get("/partnerships/textiles/workshops/").text
    assert sign_in(room.cast.omar).get("/partnerships/textiles/workshops/").status_code == 403
    assert "What you took on in workshops" in sign_in(room.cast.pia).get("/").text
    assert "To the workshop" in sign_in(room.cast.pia).get("/events/spring/programme").text
    assert "To the workshop" not in sign_in(room.cast.omar).get("/events/spring/programme").text
