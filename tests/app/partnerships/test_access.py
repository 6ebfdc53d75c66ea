"""Who sees a partnership and its documents: those in it, nobody else until it is public."""

import pytest

from app.core import files
from app.core.guard import policy_of
from app.partnerships import queries
from tests.app.core.test_files import PDF
from tests.factories.partnerships import bring_to

OPEN = {"public", "signed in", "partnership visible", "partnership joining"}


def test_the_list_shows_mine_and_public_ones_only(circle, session, sign_in, client):
    assert "Circular Textiles" in sign_in(circle.lead).get("/partnerships/").text
    assert "Circular Textiles" not in sign_in(circle.stranger).get("/partnerships/").text
    assert "Circular Textiles" not in client.get("/partnerships/").text
    bring_to(session, circle.partnership, "active")
    assert "Circular Textiles" in client.get("/partnerships/").text


@pytest.mark.parametrize("role", ["lead", "region", "expert", "officer", "evaluator", "secretariat", "administrator"])
def test_everybody_in_the_process_opens_the_page(circle, sign_in, role):
    assert sign_in(getattr(circle, role)).get("/partnerships/textiles/").status_code == 200


def test_a_partnership_that_is_not_public_is_not_there_for_strangers(circle, sign_in, client):
    assert sign_in(circle.stranger).get("/partnerships/textiles/").status_code == 404
    assert client.get("/partnerships/textiles/").status_code == 302
    assert client.get("/partnerships/nothing/").status_code == 404


def test_every_closed_page_and_every_post_refuses_a_stranger_even_when_it_is_public(app, circle, session, sign_in):
    """Each address of a partnership, asked for by an account that has nothing to do with it."""
    bring_to(session, circle.partnership, "active")
    stranger, opened, asked = sign_in(circle.stranger), [], 0
    for rule in app.url_map.iter_rules():
        policy = policy_of(app.view_functions[rule.endpoint])
        if "partnership" not in rule.arguments or policy is None or policy.name in OPEN:
            continue
        values = dict.fromkeys(rule.arguments, 1) | {"partnership": "textiles"}
        for name, converter in rule._converters.items():
            if hasattr(converter, "items"):
                values[name] = sorted(converter.items)[0]
        address = rule.build(values)[1]
        for method in (rule.methods or set()) & {"GET", "POST"}:
            asked += 1
            answer = stranger.open(address, method=method, headers={"Accept": "application/json"})
            if answer.status_code not in {403, 404}:
                opened.append((method, rule.rule, answer.status_code))
    assert asked > 2
    assert opened == []


def test_nobody_signed_in_posts_to_a_partnership(app, circle, session, client):
    bring_to(session, circle.partnership, "active")
    let_in = []
    for rule in app.url_map.iter_rules():
        if "partnership" in rule.arguments and "POST" in (rule.methods or ()):
            values = dict.fromkeys(rule.arguments, 1) | {"partnership": "textiles"}
            for name, converter in rule._converters.items():
                if hasattr(converter, "items"):
                    values[name] = sorted(converter.items)[0]
            answer = client.post(rule.build(values)[1], headers={"Accept": "application/json"})
            if answer.status_code != 401:
                let_in.append((rule.rule, answer.status_code))
    assert let_in == []


def test_roles_come_from_the_member_and_the_mandate(circle, session):
    names = ("lead", "region", "expert", "officer", "evaluator", "secretariat", "administrator", "stranger")
    roles = {name: queries.roles_of(session, circle.partnership, getattr(circle, name)) for name in names}
    assert roles == {
        "lead": {"lead", "region"}, "region": {"region"}, "expert": {"expert"}, "officer": {"eligibility_officer"},
        "evaluator": {"evaluator"}, "secretariat": {"secretariat"}, "administrator": {"secretariat"}, "stranger": set(),
    }  # fmt: skip


def test_a_document_is_read_by_those_in_the_process_only(app, circle, session, clock, sign_in, client):
    with app.app_context():
        stored = files.store(
            session, clock, "letter.pdf", PDF, subject_kind="partnership", subject_id=circle.partnership.id,
            actor_id=circle.lead.id,
        )  # fmt: skip
        session.commit()
    bring_to(session, circle.partnership, "active")
    address = f"/documents/{stored.id}"
    answer = sign_in(circle.region).get(address)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert sign_in(circle.stranger).get(address).status_code == 403
    assert client.get(address, headers={"Accept": "application/json"}).status_code == 401


def test_a_region_hands_in_an_idea(circle, sign_in, session):
    form = {
        "name": "Hydrogen valleys", "slug": "hydrogen", "area_id": circle.partnership.area_id, "nuts": "AT22",
        "summary": "Ports and steel.", "contact_name": "Stan", "contact_email": "stan@example.org",
        "template_key": "s3-baseline",
    }  # fmt: skip
    page = sign_in(circle.stranger)
    assert page.get("/partnerships/new").status_code == 200
    assert page.post("/partnerships/new", data=form | {"summary": ""}).status_code == 422
    assert page.post("/partnerships/new", data=form | {"slug": "textiles"}).status_code == 422
    assert page.post("/partnerships/new", data=form | {"nuts": "AT"}).status_code == 422
    assert page.post("/partnerships/new", data=form).headers["Location"] == "/partnerships/hydrogen/"
    made = queries.partnership_by_slug(session, "hydrogen")
    assert (made.state, made.phase, made.template_version) == ("intake", "set_up", 1)
    assert queries.roles_of(session, made, circle.stranger) == {"lead", "region"}
    assert page.get("/partnerships/hydrogen/").status_code == 200
    assert "Hand in the intake" in page.get("/partnerships/hydrogen/history").text
