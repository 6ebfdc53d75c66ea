"""Every upload of the product against every kind of wrong file: clear refusal, and nothing left behind.

`DOORS` lists the uploads. An endpoint that takes files and is not in it fails the first test; one that is not marked as
taking files gets none (`app/core/uploads.py`).
"""

import io
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.accounts.models import User
from app.core.database import Base
from app.core.models import StoredFile
from app.core.tables import MAX_COLUMNS, MAX_ROWS
from app.core.uploads import does_take_files
from app.events.models import Staff
from app.partnerships import services as partnerships
from app.partnerships.models import PartnershipRole, Role
from app.projects import services as projects
from app.projects.models import PersonRole
from app.projects.queries import people_of
from tests import cast as casting
from tests.app import hostile_files as hostile
from tests.app.core.test_files import PDF
from tests.app.marketplace.test_profiles import TECHNOLOGY_OFFER, file_of
from tests.app.partnerships import test_phase_one as phase_one
from tests.app.partnerships.conftest import circle
from tests.app.partnerships.test_phase_one import pages
from tests.app.projects.conftest import pipeline
from tests.app.registrations.test_exchange import PEOPLE
from tests.app.surveys import test_exchange as answers
from tests.app.surveys.conftest import field as mapping
from tests.app.workshops.conftest import room
from tests.factories.partnerships import bring_to, make_partnership, make_user
from tests.factories.projects import add_partner

__all__ = ["circle", "mapping", "pages", "pipeline", "room"]


@dataclass
class Upload:
    """One way in, ready for a sound file: who sends what where. `name` is the form's field of the file."""

    address: str
    sender: User
    form: dict[str, Any] = field(default_factory=dict)
    name: str = "file"
    sound: tuple[str, bytes] = ("paper.pdf", PDF)


# The uploads


def commitment_letter(get: Callable[[str], Any]) -> Upload:
    circle = get("circle")
    form = {"signatory": "Ana Reis", "function": "Head", "authority": "Region", "signed_on": "2027-02-01",
            "months": "24", "fte": "1", "budget": "1000"}  # fmt: skip
    return Upload(f"{phase_one.HOME}/regions/{circle.lead_member.id}/letter", circle.lead, form)


def mandate_letter(get: Callable[[str], Any]) -> Upload:
    circle = get("circle")
    form = {"role": Role.MANDATED_ORGANISATION.value, "member_id": circle.lead_member.id, "name": "Mia Mandate",
            "email": "mia@example.org"}  # fmt: skip
    return Upload(f"{phase_one.HOME}/people", circle.lead, form, "mandate")


def evidence(get: Callable[[str], Any]) -> Upload:
    circle, pages = get("circle"), get("pages")
    phase_one.submitted_case(circle, get("session"), get("clock"), pages)
    phase_one.declare(pages["eligibility_officer"])
    form = {"finding": "met", "evidence": "Page 3."}
    return Upload(f"{phase_one.HOME}/judging/rules/regions", circle.officer, form)


def minutes_of_a_decision(get: Callable[[str], Any]) -> Upload:
    circle, pages, session, clock = get("circle"), get("pages"), get("session"), get("clock")
    evidence(get)
    phase_one.check_all(pages["eligibility_officer"])
    assert pages["eligibility_officer"].post(f"{phase_one.HOME}/judging/eligibility/eligible").status_code == 302
    other = make_user(session, clock, "Emil Evaluator")
    partnerships.give_role(session, clock, circle.administrator, other, Role.EVALUATOR)
    session.commit()
    for page in (pages["evaluator"], get("sign_in")(other)):
        phase_one.declare(page)
        assert page.post(f"{phase_one.HOME}/judging/scores", data=phase_one.points()).status_code == 302
    form = {"outcome": "approved", "minutes": "Both agree."}
    return Upload(f"{phase_one.HOME}/judging/decision", circle.evaluator, form)


def project_document(get: Callable[[str], Any]) -> Upload:
    pipeline = get("pipeline")
    return Upload(f"/partnerships/textiles/projects/{pipeline.project.number}/documents", pipeline.pia)


def plan_attachment(get: Callable[[str], Any]) -> Upload:
    pipeline = get("pipeline")
    return Upload(f"/partnerships/textiles/projects/{pipeline.project.number}/plan/market/attachments", pipeline.pia)


def partner_letter(get: Callable[[str], Any]) -> Upload:
    pipeline = get("pipeline")
    partner = add_partner(get("session"), get("clock"), pipeline.project, pipeline.pia)
    form = {"signatory": "Director", "signed_on": "2027-02-01"}
    address = f"/partnerships/textiles/projects/{pipeline.project.number}/partners/{partner.id}/letter"
    return Upload(address, pipeline.pia, form)


def workshop_minutes(get: Callable[[str], Any]) -> Upload:
    room = get("room")
    room.workshop.state = "held"
    return Upload(f"{room.path}minutes/upload", room.cast.olga, {"based_on": "0"})


def participants(get: Callable[[str], Any]) -> Upload:
    return Upload("/events/spring/organise/import", get("cast").olga, sound=("people.csv", PEOPLE.encode()))


def needs_and_offers(get: Callable[[str], Any]) -> Upload:
    entries = b"email,kind,title\npia@example.org,need,Pilot line\n"
    return Upload("/events/spring/organise/import", get("cast").olga, {}, "entries", ("entries.csv", entries))


def survey_answers(get: Callable[[str], Any]) -> Upload:
    book = answers.book(("respondent", answers.WHO, [answers.who("a", state="in_progress")]))
    return Upload(answers.HERE, get("mapping").lena, sound=("answers.xlsx", book[0].getvalue()))


def profiles(get: Callable[[str], Any]) -> Upload:
    sound = ("profiles.json", file_of(TECHNOLOGY_OFFER))
    return Upload("/marketplace/mine/import", get("cast").omar, sound=sound)


DOORS: dict[str, list[Callable[[Callable[[str], Any]], Upload]]] = {
    "partnerships.region_letter": [commitment_letter],
    "partnerships.people": [mandate_letter],
    "partnerships.judge_rule": [evidence],
    "partnerships.decide": [minutes_of_a_decision],
    "projects.add_document": [project_document],
    "projects.letter": [partner_letter],
    "projects.attach": [plan_attachment],
    "workshops.upload_minutes": [workshop_minutes],
    "registrations.import_participants": [participants, needs_and_offers],
    "surveys.import_answers": [survey_answers],
    "market.import_profiles": [profiles],
}
DOCUMENTS = [commitment_letter, mandate_letter, evidence, minutes_of_a_decision, project_document, partner_letter,
             plan_attachment, workshop_minutes]  # fmt: skip
TABLES = [participants, needs_and_offers, survey_answers]
TEXTS = [profiles]


def test_every_upload_of_the_product_is_in_the_table(app: Flask) -> None:
    taking = {name for name, view in app.view_functions.items() if does_take_files(view)}
    assert taking == set(DOORS)
    assert {door for doors in DOORS.values() for door in doors} == {*DOCUMENTS, *TABLES, *TEXTS}


# What is refused


@dataclass(frozen=True)
class Wrong:
    """A file that is refused: with which status, and words of the sentence: what is wrong, and how to mend it."""

    name: str
    content: Callable[[], bytes]
    status: int
    says: str
    mend: str


LARGE = Wrong("letter.pdf", lambda: PDF + b"0" * (8 * 1024 * 1024), 413, "larger than 8 MB", "Make it smaller")
OF_DOCUMENTS = {
    "too large": LARGE,
    "a program": Wrong("letter.exe", lambda: b"MZ\x90", 415, "cannot be uploaded", "Use one of"),
    "a web page": Wrong("letter.html", lambda: b"<script>alert(1)</script>", 415, "cannot be uploaded", "Use one of"),
    "no ending": Wrong("letter", lambda: PDF, 415, "no name with an ending", "rename"),
    "another content": Wrong("letter.pdf", lambda: b"MZ\x90 a program", 422, "not really a PDF", "save it again"),
    "a picture that is none": Wrong("photo.png", lambda: PDF, 422, "not really a PNG", "save it again"),
    "empty": Wrong("letter.pdf", lambda: b"", 422, "The file is empty", "choose another"),
    "a bomb": Wrong("plan.xlsx", hostile.bomb, 413, "unpacks to more", "Save it as a PDF"),
    "macros": Wrong("plan.xlsx", hostile.macro_workbook, 422, "macros", "Save it without"),
    "macros by name": Wrong("plan.xlsm", hostile.macro_workbook, 415, "cannot be uploaded", "Use one of"),
    "a script": Wrong("letter.pdf", hostile.pdf_with_script, 422, "holds scripts", "Print it to a new PDF"),
    "a packed script": Wrong("letter.pdf", hostile.pdf_with_packed_script, 422, "holds scripts", "Print it"),
    "a script in disguise": Wrong("letter.pdf", hostile.pdf_with_escaped_script, 422, "holds scripts", "Print it"),
    "protected": Wrong("letter.pdf", hostile.protected_pdf, 422, "are protected", "Print it to a new PDF"),
    "a way out": Wrong("../../../etc/cron.d/letter.exe", lambda: b"MZ\x90", 415, "cannot be uploaded", "Use one of"),
}  # fmt: skip
OF_TABLES = {
    "too large": replace(LARGE, name="people.csv"),
    "a document": Wrong("people.pdf", lambda: PDF, 415, "neither CSV nor XLSX", "Save it as one of these"),
    "an old workbook": Wrong("people.xls", lambda: b"\xd0\xcf\x11\xe0", 415, "neither CSV nor XLSX", "Save it"),
    "macros by name": Wrong("people.xlsm", hostile.macro_workbook, 415, "neither CSV nor XLSX", "Save it"),
    "text as a workbook": Wrong("people.xlsx", lambda: hostile.PLAIN, 422, "not really XLSX", "Save it as"),
    "a workbook as text": Wrong("people.csv", hostile.workbook, 422, "not really CSV", "Save it as"),
    "a script": Wrong("people.csv", hostile.pdf_with_script, 422, "not really CSV", "Save it as"),
    "a program": Wrong("people.csv", lambda: b"MZ\x90\x00", 422, "not really CSV", "Save it as"),
    "no text": Wrong("people.csv", lambda: b"a,b\n\x00\x81,\x8d", 422, "characters of this file", "in UTF-8"),
    "empty": Wrong("people.csv", lambda: b"", 422, "The file is empty", "choose another"),
    "an empty workbook": Wrong("people.xlsx", lambda: b"", 422, "The file is empty", "choose another"),
    "a bomb": Wrong("people.xlsx", hostile.bomb, 413, "too large once unpacked", "Split it"),
    "many rows": Wrong("people.csv", lambda: b"a\n" + b"1\n" * (MAX_ROWS + 1), 413, f"{MAX_ROWS} rows", "split it"),
    "many columns": Wrong("people.csv", lambda: b"a," * MAX_COLUMNS + b"\n", 413, f"{MAX_COLUMNS} columns", "leave"),
    "nested": Wrong("people.xlsx", hostile.nested, 422, "damaged", "save it anew"),
    "entities": Wrong("people.xlsx", hostile.entities, 422, "no spreadsheet writes", "Save it as CSV"),
    "macros": Wrong("people.xlsx", hostile.macro_workbook, 422, "macros", "without them"),
    "a way out": Wrong("../../etc/people.exe", lambda: hostile.PLAIN, 415, "neither CSV nor XLSX", "Save it"),
}  # fmt: skip
OF_TEXTS = {
    "too large": replace(LARGE, name="p.json"),
    "somewhat large": Wrong("p.json", lambda: b"[" + b" " * (3 * 1024 * 1024), 413, "larger than 2 MB", "smaller"),
    "a document": Wrong("p.pdf", lambda: PDF, 415, "cannot be read", "ends in .json"),
    "another content": Wrong("p.json", lambda: PDF, 422, "not JSON: line 1", "Export it again"),
    "no text": Wrong("p.json", lambda: b"\xff\xfe\x00", 422, "characters of this file", "in UTF-8"),
    "a bomb": Wrong("p.json", hostile.bomb, 422, "characters of this file", "in UTF-8"),
    "empty": Wrong("p.json", lambda: b"", 422, "The file is empty", "choose another"),
    "nested": Wrong("p.json", lambda: b"[" * 200_000, 422, "nested too deeply", "Export it again"),
    "a way out": Wrong("../../p.exe", lambda: json.dumps([]).encode(), 415, "cannot be read", "ends in .json"),
}
CASES = [
    (door, wrong)
    for doors, table in ((DOCUMENTS, OF_DOCUMENTS), (TABLES, OF_TABLES), (TEXTS, OF_TEXTS))
    for door in doors
    for wrong in table.values()
]
NAMES = [
    f"{door.__name__}-{name}"
    for doors, table in ((DOCUMENTS, OF_DOCUMENTS), (TABLES, OF_TABLES), (TEXTS, OF_TEXTS))
    for door in doors
    for name in table
]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files of this test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def send(get: Callable[[str], Any], upload: Upload, name: str, content: bytes) -> Any:
    return get("sign_in")(upload.sender).post(upload.address, **body(upload, name, content))


def body(upload: Upload, name: str, content: bytes) -> dict[str, Any]:
    """The request as a browser sends it; made here, as the test client would leave temporary files of its own."""
    form = upload.form | {upload.name: FileStorage(io.BytesIO(content), name)}
    boundary, data = encode_multipart(form)
    return {"data": data, "content_type": f"multipart/form-data; boundary={boundary}"}


def everything_kept(app: Flask, session: Any, temporary: Path) -> tuple[dict[str, int], list[str]]:
    """How many rows each table has, and every file on the disk."""
    session.commit()
    rows = {
        name: session.scalar(select(func.count()).select_from(table)) for name, table in Base.metadata.tables.items()
    }
    folders = (app.extensions["settings"].documents_folder, temporary)
    return rows, sorted(str(path) for folder in folders for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(("door", "wrong"), CASES, ids=NAMES)
def test_a_wrong_file_is_refused_in_clear_words_and_leaves_nothing(app, session, temporary, request, door, wrong):
    upload = door(request.getfixturevalue)
    before = everything_kept(app, session, temporary)
    answer = send(request.getfixturevalue, upload, wrong.name, wrong.content())
    assert answer.status_code == wrong.status
    text = answer.text.replace("\n", " ")
    assert wrong.says in text
    assert wrong.mend in text
    assert everything_kept(app, session, temporary) == before


@pytest.mark.parametrize("door", [*DOCUMENTS, *TABLES, *TEXTS], ids=lambda door: door.__name__)
def test_a_sound_file_passes_and_a_name_with_a_path_stays_a_name(app, session, temporary, request, door):
    upload = door(request.getfixturevalue)
    name, content = upload.sound
    answer = send(request.getfixturevalue, upload, f"..\\../../etc/{name}", content)
    assert answer.status_code in ({200, 302} if door in TABLES else {302})
    kept, files = everything_kept(app, session, temporary)
    newest = session.scalars(select(StoredFile).order_by(StoredFile.id.desc())).first()
    folder = app.extensions["settings"].documents_folder
    assert all(Path(file).parent.parent == folder for file in files)
    assert len(files) == kept["stored_file"]
    if door in DOCUMENTS:
        assert newest.name == name


@pytest.mark.parametrize("door", [*DOCUMENTS, *TABLES, *TEXTS], ids=lambda door: door.__name__)
def test_nobody_signed_in_and_no_stranger_gets_a_file_in(app, session, temporary, client, request, door):
    upload = door(request.getfixturevalue)
    stranger = make_user(session, request.getfixturevalue("clock"), "Nadia Nobody")
    before = everything_kept(app, session, temporary)
    json_please = {"Accept": "application/json"}
    for browser, status in ((client, {401}), (request.getfixturevalue("sign_in")(stranger), {403, 404})):
        if door is profiles and browser is not client:
            continue  # everybody with an account reads profiles into their own entries
        sent = body(upload, *upload.sound)
        assert browser.post(upload.address, headers=json_please, **sent).status_code in status
    assert everything_kept(app, session, temporary) == before


def test_a_page_that_takes_no_files_refuses_them(cast, sign_in):
    form = {"name": "Omar", "sneaked": (io.BytesIO(PDF), "letter.pdf")}
    answer = sign_in(cast.omar).post("/account", data=form)
    assert answer.status_code == 415
    assert "takes no files" in answer.text


def test_uploads_are_counted_for_each_account_over_all_pages(strict_app, clock):
    """Thirty in a minute; the next is told when to go on, whichever page it goes to, and others are not held up."""
    with strict_app.app_context(), strict_app.extensions["database"].open() as session:
        cast = casting.assemble(session, clock)
        session.commit()
        tickets = [user.get_id() for user in (cast.olga, cast.pia)]

    def browser(ticket: str) -> Any:
        opened = strict_app.test_client()
        with opened.session_transaction() as cookie:
            cookie.update(_user_id=ticket, _fresh=True)
        return opened

    def post(client: Any, address: str = "/marketplace/mine/import") -> Any:
        return client.post(address, data={"file": (io.BytesIO(b"{"), "profiles.json")})

    busy, calm = browser(tickets[0]), browser(tickets[1])
    assert {post(busy).status_code for _ in range(10)} == {422}
    elsewhere = "/events/spring/organise/import"
    assert {post(busy, elsewhere).status_code for _ in range(20)} == {415}
    refused = post(busy, elsewhere)
    assert refused.status_code == 429
    assert "Wait a minute and send this one again; nothing was kept." in refused.text
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert post(calm).status_code == 422


# Downloads


def no_role_any_more(get: Callable[[str], Any], user: User) -> None:
    session = get("session")
    for row in session.scalars(select(PartnershipRole).where(PartnershipRole.user_id == user.id)):
        partnerships.end_role(session, get("clock"), user, row)


def out_of_the_project(get: Callable[[str], Any], user: User) -> None:
    session, pipeline = get("session"), get("pipeline")
    projects.add_person(session, get("clock"), pipeline.lena, pipeline.project, pipeline.edo, PersonRole.LEAD)
    (person,) = (p for p in people_of(session, pipeline.project.id) if p.user_id == user.id)
    projects.remove_person(session, get("clock"), pipeline.edo, pipeline.project, person)


def off_the_staff(get: Callable[[str], Any], user: User) -> None:
    session = get("session")
    for row in session.scalars(select(Staff).where(Staff.user_id == user.id)):
        session.delete(row)


REMOVALS = {
    commitment_letter: no_role_any_more,
    mandate_letter: no_role_any_more,
    evidence: no_role_any_more,
    minutes_of_a_decision: no_role_any_more,
    project_document: out_of_the_project,
    partner_letter: out_of_the_project,
    plan_attachment: out_of_the_project,
    workshop_minutes: off_the_staff,
}


@pytest.mark.parametrize("door", DOCUMENTS, ids=lambda door: door.__name__)
def test_a_document_is_for_its_readers_only_and_no_longer_than_they_may(app, session, clock, client, request, door):
    get = request.getfixturevalue
    upload, sign_in = door(get), get("sign_in")
    other = make_user(session, clock, "Nora Neighbour")
    with app.app_context():
        neighbours = make_partnership(session, clock, other, slug="batteries", nuts="FI1C", name="Batteries")
        bring_to(session, neighbours, "active")
    stranger = make_user(session, clock, "Nadia Nobody")
    assert send(get, upload, *upload.sound).status_code == 302
    stored = session.scalars(select(StoredFile).order_by(StoredFile.id.desc())).first()
    address, json_please = f"/documents/{stored.id}", {"Accept": "application/json"}

    mine = sign_in(upload.sender).get(address)
    assert (mine.status_code, mine.data, mine.headers["Cache-Control"]) == (200, PDF, "private, no-store")
    assert mine.headers["Content-Disposition"] == "attachment; filename=paper.pdf"
    assert client.get(address, headers=json_please).status_code == 401
    for outsider in (stranger, other):
        assert sign_in(outsider).get(address, headers=json_please).status_code in {403, 404}, outsider.name

    REMOVALS[door](get, upload.sender)
    assert sign_in(upload.sender).get(address, headers=json_please).status_code in {403, 404}


def test_evidence_is_for_those_who_judge(session, request):
    get = request.getfixturevalue
    upload = evidence(get)
    assert send(get, upload, *upload.sound).status_code == 302
    stored = session.scalars(select(StoredFile).order_by(StoredFile.id.desc())).first()
    seen = {name: page.get(f"/documents/{stored.id}").status_code for name, page in get("pages").items()}
    assert seen == {
        "lead": 403, "region": 403, "expert": 403, "stranger": 403, "eligibility_officer": 200, "evaluator": 200,
        "secretariat": 200,
    }  # fmt: skip
