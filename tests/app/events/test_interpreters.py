"""The organiser's pages of interpreters."""

import pytest
from sqlalchemy import select

from app.core.errors import Conflict
from app.events import interpreters
from app.events.models import Interpreter, InterpreterAbsence
from tests.factories.timetables import make_empty_draft, make_request, place

ADDRESS = "/events/spring/organise/interpreters"
INES = {"name": "Ines Example", "language_1": "fr", "language_2": "pl", "max_meetings": "6"}


@pytest.fixture
def olga(sign_in, cast):
    return sign_in(cast.olga)


@pytest.fixture
def ines(session, cast) -> Interpreter:
    row = Interpreter(event_id=cast.event.id, code="i01", name="Ines Example", languages=["fr", "pl"])
    session.add(row)
    session.commit()
    return row


def test_an_interpreter_is_added_and_listed(session, olga) -> None:
    assert olga.post(ADDRESS, data=INES).status_code == 302
    [row] = session.scalars(select(Interpreter)).all()
    assert (row.code, row.name, row.languages, row.max_meetings) == ("i01", "Ines Example", ["fr", "pl"], 6)
    page = olga.get(ADDRESS).text
    assert "French, Polish" in page
    assert "at most 6 meetings" in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"language_2": ""}, "two languages at least"),
        ({"language_2": "fr"}, "two languages at least"),
        ({"language_2": "xx"}, "ot a valid choice"),
        ({"max_meetings": "-1"}, "between 0 and 200"),
        ({"name": " "}, "Write the name"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_added(session, olga, change, sentence) -> None:
    answer = olga.post(ADDRESS, data={**INES, **change})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.scalars(select(Interpreter)).all() == []


def test_times_are_kept_and_changed(session, cast, olga, ines) -> None:
    free = [str(slot.id) for slot in cast.slots[1:]]
    assert olga.post(f"{ADDRESS}/{ines.id}", data={**INES, "free": free}).status_code == 302
    assert session.scalars(select(InterpreterAbsence.slot_id)).all() == [cast.slots[0].id]
    assert f'value="{cast.slots[0].id}">' in olga.get(f"{ADDRESS}/{ines.id}").text  # shown, not ticked
    free = [str(slot.id) for slot in cast.slots]
    assert olga.post(f"{ADDRESS}/{ines.id}", data={**INES, "free": free}).status_code == 302
    assert session.scalars(select(InterpreterAbsence)).all() == []


def test_languages_matter_when_the_organiser_says_so(session, cast, olga) -> None:
    for act, needed in (("needed", True), ("free", False)):
        assert olga.post(f"{ADDRESS}/{act}").status_code == 302
        session.refresh(cast.event)
        assert cast.event.common_language is needed


def test_one_whom_meetings_need_stays(session, clock, cast, olga, ines) -> None:
    cast.event.common_language = True
    cast.pia_participant.languages, cast.piotr_participant.languages = ["fr"], ["pl"]
    request = make_request(session, clock, cast.pia_participant, cast.piotr_participant)
    draft = make_empty_draft(session, clock, cast.event)
    place(session, clock, draft, request, cast.slots[0], cast.tables[0])
    session.commit()
    assert olga.post(f"{ADDRESS}/{ines.id}/remove").status_code == 409
    with pytest.raises(Conflict, match="Pia Example"):
        interpreters.remove_interpreter(session, cast.event, ines, cast.olga, clock)
    assert session.get(Interpreter, ines.id) is not None


def test_one_nobody_needs_goes(session, olga, ines) -> None:
    assert olga.post(f"{ADDRESS}/{ines.id}/remove").status_code == 302
    assert session.scalars(select(Interpreter)).all() == []


def test_only_organisers_come_in(cast, client, sign_in, ines) -> None:
    for path in (ADDRESS, f"{ADDRESS}/{ines.id}"):
        assert client.get(path).status_code == 302
        assert sign_in(cast.omar).get(path).status_code == 403
        assert sign_in(cast.dana).get(path).status_code == 403
    for path in ("/needed", f"/{ines.id}", f"/{ines.id}/remove"):
        assert sign_in(cast.omar).post(ADDRESS + path, data=INES).status_code == 403


def test_an_interpreter_of_another_event_is_not_found(session, clock, cast, olga, ines) -> None:
    assert olga.get(f"{ADDRESS}/{ines.id + 1}").status_code == 404
