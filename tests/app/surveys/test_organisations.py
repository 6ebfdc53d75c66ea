"""Organisation scores of a run: by the product's scorer, kept with the run, within suppression and visibility."""

import pytest

from app.core.transitions import Act
from app.matching import regional
from app.surveys import organisations, queries, services
from app.surveys.matching import Parameters
from app.surveys.models import Curation, FindingKind, RunIsImmutable
from tests.factories.surveys import COORDINATOR, answered, need, offer

HERE = "/partnerships/textiles/surveys/mapping-2027/runs/1"
WANTED, OTHER = "Accredited hygiene test of reused cotton", "Simulation of fibre breakage"


@pytest.fixture
def run(app, field, session, clock):
    """AT22 needs testing, FI1C offers it: one of each speaks of hygiene tests. FI1C's only offer of recovery is alone
    in its cell."""
    for n, words in enumerate((WANTED, OTHER, "Colour measurement of yarns")):
        answered(session, clock, field.campaign, "AT22", name=f"Graz {n}",
                 needs=[need("testing", words, trl=7), need("recovery", "Sorting of blends")])  # fmt: skip
    for n, words in enumerate(("Dyeing of wool", "Hygiene test bench for reused cotton", "Weaving looms")):
        lines = [offer("testing", words, trl=8)] + ([offer("recovery", "Sorting of blends", trl=9)] if n == 2 else [])
        answered(session, clock, field.campaign, "FI1C", name=f"Suomi {n}", offers=lines)
    with app.app_context():
        made = services.compute_run(
            session, clock, field.ana, field.campaign, Parameters(), Act(field.ana.id, frozenset({"analyst"}))
        )
        session.commit()
    return made


def pair_of(session, run):
    (found,) = [f for f in queries.findings_of(session, run.id) if f.kind is FindingKind.COMPLEMENTARITY]
    return found


def test_the_best_couple_comes_first_with_its_reasons(run, session):
    couples = organisations.couples_of(run, pair_of(session, run))
    first = couples[0]
    names = {number: queries.contents_of(session, number)["respondent"]["organisation"] for number in
             (first.one, first.other)}  # fmt: skip
    assert names == {first.one: "Graz 0", first.other: "Suomi 1"}
    assert first.score > couples[1].score
    (said,) = [reason for reason in first.reasons if reason.part == "text"]
    assert (said.way, said.need[0], said.offer[0]) == ("gain", "needs", "capabilities")
    assert first.give is None  # nobody of FI1C said what they need


def test_no_words_of_an_answer_are_kept_with_the_run(run):
    text = str(run.result) + str(run.parameters)
    assert "ygiene" not in text
    assert "Graz" not in text
    assert run.parameters["scorer"]["version"] == regional.version()
    assert run.parameters["scorer"]["weights"]["segment"] == 0.25


def test_what_stands_alone_in_its_cell_reaches_no_comparison(run, session):
    kept = organisations.respondents(session, run.snapshot, run.result)
    assert {said.segment for each in kept for said in each.offers} == {"testing"}
    assert [len(each.needs) for each in kept if each.region == "AT22"] == [2, 2, 2]


def test_the_run_is_immutable_and_can_be_compared_again(run, session):
    assert services.is_reproducible(run)
    assert services.scores_again(session, run) is True
    rows = run.result["organisations"]["pairs"]["AT22 FI1C"]
    better = [rows[0] | {"score": 0.99}, *rows[1:]]
    run.result = run.result | {"organisations": run.result["organisations"] | {"pairs": {"AT22 FI1C": better}}}
    with session.no_autoflush:
        assert not services.is_reproducible(run)
        assert services.scores_again(session, run) is False
    with pytest.raises(RunIsImmutable):
        session.flush()
    session.rollback()


def test_when_answers_change_the_scores_stay_and_say_so(app, run, field, session, clock, sign_in):
    gone = session.get(type(queries.response_named(session, field.campaign, "r0001")), run.snapshot["responses"][0][0])
    with app.app_context():
        services.erase(session, clock, gone, Act(field.lena.id, COORDINATOR, "Asked for"))
        session.commit()
    assert services.is_reproducible(run)
    assert services.scores_again(session, run) is None
    assert "it cannot be done again" in sign_in(field.ana).get(f"{HERE}/about").text
    page = sign_in(field.ana).get(f"{HERE}/findings/{pair_of(session, run).id}").text
    assert WANTED not in page
    assert "Organisations that go best together" in page


def test_readers_see_couples_within_the_visibility_of_their_statements(run, field, session, sign_in):
    pair = pair_of(session, run)
    pair.curation, run.state = Curation.KEPT, "shared"
    first = organisations.couples_of(run, pair)[0]
    session.commit()
    address, words = f"{HERE}/findings/{pair.id}", f"Graz 0 needs “{WANTED}”"
    assert words in sign_in(field.mona).get(address).text
    queries.answers_of(session, first.one)["needs"].visibility = "analysts"
    session.commit()
    assert words not in sign_in(field.mona).get(address).text
    assert words in sign_in(field.ana).get(address).text
    assert sign_in(field.stan).get(address).status_code == 403


def test_private_parts_are_not_compared(app, field, session, clock):
    for n in range(3):
        answered(session, clock, field.campaign, "AT22", needs=[need("testing", WANTED)], visibility="private")
        answered(session, clock, field.campaign, "FI1C", name=f"Suomi {n}", offers=[offer("testing", WANTED, trl=9)])
    with app.app_context():
        run = services.compute_run(
            session, clock, field.ana, field.campaign, Parameters(), Act(field.ana.id, frozenset({"analyst"}))
        )
    assert pair_of(session, run).figures["gain"]["cover"] == 1.0
    assert organisations.couples_of(run, pair_of(session, run)) == []


def test_many_organisations_of_a_region_are_cut_to_those_that_say_most(run, session, monkeypatch):
    monkeypatch.setattr(organisations, "EACH_AT_MOST", 1)
    kept = organisations.respondents(session, run.snapshot, run.result)
    assert [each.region for each in kept] == ["AT22", "FI1C"]


def test_a_run_of_before_shows_its_findings_without_organisations(run, field, session, sign_in):
    assert organisations.couples_of(run, pair_of(session, run))
    run.__dict__["result"] = {name: value for name, value in run.result.items() if name != "organisations"}
    assert organisations.couples_of(run, pair_of(session, run)) == []
    assert services.scores_again(session, run) is None
