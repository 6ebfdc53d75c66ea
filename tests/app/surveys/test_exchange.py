"""Import of answers: everything or nothing, with row and column; what goes out comes back the same."""

import io

import pytest

from app.core.tables import Sheet, read_table, write_csv, write_xlsx
from app.surveys import queries
from app.surveys.models import SurveyResponse
from tests.factories.surveys import answered, need, offer

HERE = "/partnerships/textiles/surveys/mapping-2027/exchange"
WHO = ["answer", "email", "region", "state", "organisation", "type", "nuts", "consent"]
NEEDS = ["answer", "need", "segment", "urgency", "technologies"]


def who(ref, **changes):
    row = {"answer": ref, "email": f"{ref}@example.org", "region": "", "state": "", "organisation": f"House {ref}",
           "type": "small", "nuts": "AT221", "consent": "yes"} | changes  # fmt: skip
    return [row[name] for name in WHO]


def book(*sheets):
    return io.BytesIO(write_xlsx([Sheet(name, header, rows) for name, header, rows in sheets])), "answers.xlsx"


def csv(name, header, rows):
    return io.BytesIO(write_csv(Sheet(name, header, rows))), f"{name}.csv"


@pytest.fixture
def upload(field, sign_in):
    browser = sign_in(field.lena)

    def send(*files, **more):
        return browser.post(HERE, data={"file": list(files), **more}, content_type="multipart/form-data")

    return send


def count(session):
    session.expire_all()
    return session.query(SurveyResponse).count()


def test_a_workbook_of_several_parts(upload, field, session):
    raw = "Raw materials and inputs"
    answer = upload(
        book(
            ("respondent", WHO, [who("a"), who("b", nuts="ES511", state="in_progress")]),
            ("needs", NEEDS, [["a", "A pilot line", "testing", 4, "coating sorting"], ["A", "Fibres", raw, 2, ""]]),
            ("positions", ["answer", "segment", "role"], [["b", "inputs", "supplier"]]),
        )
    )  # fmt: skip
    assert answer.status_code == 302
    a, b = session.query(SurveyResponse).order_by(SurveyResponse.code).all()
    assert (a.code, a.nuts, a.state, a.email, a.organisation.name) == (
        "r0001",
        "AT22",
        "submitted",
        "a@example.org",
        "House a",
    )
    assert (b.nuts, b.state, b.organisation_id) == ("ES51", "in_progress", None)
    items = queries.contents_of(session, a.id)["needs"]["items"]
    assert [(i["need"], i["segment"], i["urgency"], i.get("technologies")) for i in items] == [
        ("A pilot line", "testing", "4", ["coating", "sorting"]),
        ("Fibres", "inputs", "2", None),
    ]
    assert queries.contents_of(session, b.id)["positions"] == {"inputs": {"active": True, "role": "supplier"}}


def test_csv_files_are_known_by_their_names(upload, session):
    files = csv("respondent", WHO, [who("a")]), csv("needs", NEEDS, [["a", "x", "testing", 4, ""]])
    assert upload(*files).status_code == 302
    assert count(session) == 1


BAD = [
    ([who("a", type="bank")], [], "respondent", 2, "type"),
    ([who("a", nuts="DE212")], [], "respondent", 2, "nuts"),
    ([who("a", region="DE21")], [], "respondent", 2, "region"),
    ([who("a", region="ES51")], [], "respondent", 2, "nuts"),
    ([who("a", email="nobody")], [], "respondent", 2, "email"),
    ([who("a", consent="no")], [], "respondent", 2, "consent"),
    ([who("a", state="ready")], [], "respondent", 2, "state"),
    ([who("a"), who("a")], [["a", "x", "testing", 4, ""]], "respondent", 3, "answer"),
    ([who("a"), who("b", email="a@example.org")], [["a", "x", "testing", 4, ""]], "respondent", 3, "email"),
    ([who("a")], [["a", "x", "testing", 4, ""], ["a", "y", "moon", 4, ""]], "needs", 3, "segment"),
    ([who("a")], [["a", "x", "testing", 9, ""]], "needs", 2, "urgency"),
    ([who("a")], [["a", "x", "testing", 4, "magic"]], "needs", 2, "technologies"),
    ([who("a")], [["a", "x", "testing", 4, ""], ["z", "x", "testing", 4, ""]], "needs", 3, "answer"),
    ([who("a")], [], "respondent", 2, "answer"),  # submitted, but nothing is answered
]


@pytest.mark.parametrize(("people", "needs", "sheet", "row", "column"), BAD)
def test_one_fault_and_nothing_is_imported(people, needs, sheet, row, column, upload, session):
    good = who("good", email="good@example.org")
    answer = upload(
        book(
            ("respondent", WHO, [*people, good]),
            ("needs", NEEDS, [*needs, ["good", "x", "testing", 4, ""]]),
        )
    )
    assert answer.status_code == 422
    assert "Nothing was imported" in answer.text
    places = [line.split("<tr>")[-1] for line in answer.text.split("</tr>") if f"<strong>{column}</strong>" in line]
    assert any(f'"Row">{row}</td>' in place for place in places), answer.text
    assert sheet in ("respondent", "needs")
    assert count(session) == 0


def test_unknown_columns_and_sheets_are_named_with_a_hint(upload, session):
    answer = upload(book(("respondent", [*WHO, "organization"], [[*who("a"), "x"]]), ("wishes", ["a"], [["b"]])))
    assert answer.status_code == 422
    assert "Do you mean organisation?" in answer.text
    assert "No part is called so" in answer.text
    assert count(session) == 0


@pytest.mark.parametrize(
    ("content", "name", "status"), [(b"%PDF-1.7", "needs.pdf", 415), (b"PK\x03\x04broken", "a.xlsx", 422)]
)
def test_a_hostile_file_gets_a_clear_error(content, name, status, upload, session):
    assert upload((io.BytesIO(content), name)).status_code == status
    assert count(session) == 0


def test_checking_writes_nothing(upload, session):
    file = book(("respondent", WHO, [who("a")]), ("needs", NEEDS, [["a", "x", "testing", 4, ""]]))
    assert upload(file, check="1").status_code == 302
    assert count(session) == 0


def test_what_goes_out_comes_back_the_same(upload, field, session, clock, sign_in):
    first = answered(session, clock, field.campaign, "AT22", needs=[need("testing", "=HYPERLINK(1)")],
                     offers=[offer("inputs", "Fibres", trl=6, technologies=["coating"])])  # fmt: skip
    session.commit()
    before = queries.contents_of(session, first.id)
    exported = sign_in(field.lena).get(f"{HERE}/answers-all.xlsx").data
    tables = read_table(exported, "a.xlsx", "")
    assert set(tables) >= {"respondent", "capabilities", "needs"}
    del tables["progress"]
    sheets = [(t.name, t.columns, [list(r.cells.values()) for r in t.rows]) for t in tables.values()]
    assert upload(book(*sheets)).status_code == 302
    session.expire_all()
    assert count(session) == 1

    def plain(contents):
        items = {
            key: [{k: v for k, v in i.items() if k != "key"} for i in c["items"]]
            for key, c in contents.items()
            if "items" in c
        }
        return contents["respondent"], items

    assert plain(queries.contents_of(session, first.id)) == plain(before)


def test_private_parts_stay_at_home(field, session, clock, sign_in):
    answered(session, clock, field.campaign, "AT22", needs=[need("testing", "Secret need")], visibility="private")
    session.commit()
    assert "Secret need" not in sign_in(field.lena).get(f"{HERE}/answers-needs.csv").text


def test_answers_of_a_locked_survey_are_not_replaced(upload, field, session):
    field.campaign.state = "analysed"
    session.commit()
    answer = upload(book(("respondent", WHO, [who("a")]), ("needs", NEEDS, [["a", "x", "testing", 4, ""]])))
    assert answer.status_code == 422
    assert "locked" in answer.text


def test_only_coordinators_import(field, sign_in, client):
    for other in (field.ana, field.rui, field.stan):
        assert sign_in(other).post(HERE).status_code == 403
    assert client.post(HERE, headers={"Accept": "application/json"}).status_code == 401
