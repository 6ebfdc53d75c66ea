"""An administrator copies and edits a process: validated, versioned, never changed under a running partnership."""

import json

import pytest

from app.partnerships import queries
from app.partnerships.services import processes
from tests.factories.partnerships import make_partnership

LIST = "/partnerships/processes"


@pytest.fixture
def page(circle, sign_in):
    return sign_in(circle.administrator)


def copy(page, key="our-way"):
    return page.post(f"{LIST}/s3-baseline", data={"name": "Our way", "key": key})


def data_of(session, key="our-way"):
    return processes.template_data(session, key, queries.newest_template(session, key).version)


def edit(page, data, note="A change", key="our-way"):
    text = data if isinstance(data, str) else json.dumps(data)
    return page.post(f"{LIST}/{key}/edit", data={"text": text, "note": note})


def test_only_administrators_see_processes(circle, sign_in, client, page):
    for path in (LIST, f"{LIST}/s3-baseline"):
        assert page.get(path).status_code == 200
        for outsider in (circle.secretariat, circle.lead, circle.stranger):
            assert sign_in(outsider).get(path).status_code == 403
        assert client.get(path).status_code == 302
    assert copy(sign_in(circle.secretariat)).status_code == 403
    assert edit(sign_in(circle.secretariat), "{}", key="s3-baseline").status_code == 403


def test_a_copy_is_the_same_process_under_its_own_name(session, page):
    assert copy(page).headers["Location"] == f"{LIST}/our-way/edit"
    made = queries.newest_template(session, "our-way")
    assert (made.name, made.version) == ("Our way", 1)
    assert made.machines == queries.newest_template(session, "s3-baseline").machines
    assert copy(page).status_code == 422
    assert copy(page, "s3-baseline").status_code == 422
    assert page.get(f"{LIST}/our-way/edit").status_code == 200


def test_an_edit_is_the_next_version_and_running_partnerships_stay_under_theirs(app, circle, session, clock, page):
    copy(page)
    with app.app_context():
        before = make_partnership(session, clock, circle.stranger, slug="before", template="our-way")
    data = data_of(session)
    data["machines"]["partnership"]["states"][0]["name"] = "Knocking"
    assert edit(page, data).status_code == 302
    with app.app_context():
        after = make_partnership(session, clock, circle.stranger, slug="after", template="our-way")
    assert (before.template_version, after.template_version) == (1, 2)
    assert queries.machine_of(session, before, "partnership").state("intake").name == "Intake"
    assert queries.machine_of(session, after, "partnership").state("intake").name == "Knocking"
    assert page.get(f"{LIST}/our-way?version=1").status_code == 200
    assert page.get(f"{LIST}/our-way?version=7").status_code == 404


def test_a_faulty_edit_names_its_places_and_keeps_nothing(session, page):
    copy(page)
    data = data_of(session)
    data["machines"]["partnership"]["transitions"][1]["target"] = "nowhere"
    answer = edit(page, data)
    assert answer.status_code == 422
    assert "machines.partnership" in answer.text
    assert "there is no state &#39;nowhere&#39;" in answer.text
    assert "nowhere" in answer.text
    assert edit(page, "{ not json").status_code == 422
    assert edit(page, "[]").status_code == 422
    assert edit(page, data_of(session)).status_code == 422, "nothing is changed"
    assert edit(page, data_of(session) | {"key": "s3-baseline"}).status_code == 422
    assert queries.newest_template(session, "our-way").version == 1


def test_a_shipped_process_is_not_edited(session, page):
    data = data_of(session, "s3-baseline")
    data["name"] = "Mine now"
    assert edit(page, data, key="s3-baseline").status_code == 422
    assert queries.newest_template(session, "s3-baseline").name == "Smart-specialisation partnership"
