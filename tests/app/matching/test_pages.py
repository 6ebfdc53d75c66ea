"""The pages of matching: the organiser decides, participants see why, mark and wish."""

import re

import pytest
from sqlalchemy import select

from app.core.models import AuditEntry, Job
from app.matching import gathering, services
from app.matching.models import (
    MarkKind,
    MatchingSettings,
    PartnerWish,
    ProfileState,
    Recommendation,
    RecommendationMark,
)
from app.matching.weights import PRESETS
from app.meetings.services import accept, ask
from tests.app.matching.test_services import add_entries

ORGANISE = "/events/spring/organise/matching"
FORM = {
    "weight_text": "10", "weight_codes": "10", "weight_segment": "10", "weight_trl": "10", "weight_partnership": "10",
    "weight_wishes": "10", "weight_language": "40", "floor": "0", "good": "40", "per_organisation": "2",
    "cap_factor": "3", "quiet_boost": "3", "quiet_below": "2",
}  # fmt: skip


@pytest.fixture
def scored(app, session, cast, clock):
    add_entries(session, cast, clock)
    with app.test_request_context():
        services.store(session, cast.event, services.compute(session, cast.event), clock)
    session.commit()
    return cast


def text_of(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def test_staff_look_and_only_organisers_change(app, scored, sign_in, client) -> None:
    assert sign_in(scored.dana).get(ORGANISE).status_code == 200
    for person in (scored.pia, scored.omar):
        assert sign_in(person).get(ORGANISE).status_code == 403
    assert client.get(ORGANISE).status_code in (302, 401)
    for path in ("", "/compute", "/learn", "/proposal/take"):
        for person in (scored.dana, scored.pia, scored.omar):
            assert sign_in(person).post(ORGANISE + path, data=FORM).status_code == 403


def test_the_page_shows_the_figures_and_the_rule(scored, sign_in) -> None:
    text = text_of(sign_in(scored.olga).get(ORGANISE))
    for words in (
        "2 participants scored", "Gini of exposure", "of the weight could be judged", "Scores of all pairs",
        "Value = base of the priority + 30 × score + 15 if both asked for each other",
    ):  # fmt: skip
        assert words in text
    assert "In use: Balanced." in text


def test_a_preview_shows_real_pairs_and_saves_nothing(scored, sign_in, session) -> None:
    answer = sign_in(scored.olga).post(ORGANISE, data={**FORM, "step": "preview"})
    text = text_of(answer)
    assert answer.status_code == 200
    assert "Preview: nothing is saved yet" in text
    assert "Pia Example needs “Biobased barrier coating for paper packaging”, Piotr Example offers" in text
    row = session.get(MatchingSettings, scored.event.id)
    session.refresh(row)
    assert (row.decisions, row.revision) == ({}, 0)
    assert session.scalars(select(Job)).all() == []


def test_saving_writes_the_decisions_the_trail_and_one_job(scored, sign_in, session) -> None:
    olga = sign_in(scored.olga)
    for _ in range(2):
        assert olga.post(ORGANISE, data={**FORM, "common_slot": "y", "step": "save"}).status_code == 302
    session.expire_all()
    decided = gathering.decisions_of(session, scored.event.id)
    assert decided.common_slot
    assert decided.weights.language == 0.4
    assert [job.kind for job in session.scalars(select(Job))] == ["matching.compute"]
    assert "matching.decided" in session.scalars(select(AuditEntry.action)).all()
    assert "Waiting for the worker" in text_of(olga.get(ORGANISE))


def test_a_preset_fills_the_form_and_saved_as_it_is_keeps_its_name(scored, sign_in, session) -> None:
    olga = sign_in(scored.olga)
    page = olga.get(ORGANISE + "?preset=research").get_data(as_text=True)
    typed = {name: re.search(rf'name="{name}"[^>]*value="(\d+)"', page).group(1) for name in FORM if "weight" in name}
    olga.post(ORGANISE, data={**FORM, **typed, "step": "save"})
    session.expire_all()
    decided = gathering.decisions_of(session, scored.event.id)
    assert decided.weights == PRESETS["research"]
    assert decided.preset == "research"


@pytest.mark.parametrize(
    "wrong",
    [
        {"weight_text": "-1"}, {"weight_text": "x"}, {"good": "200"}, {"per_organisation": "0"}, {"cap_factor": "nan"},
        {"weight_text": "0", "weight_codes": "0", "weight_segment": "0"},
    ],
)  # fmt: skip
def test_nonsense_is_refused_and_nothing_written(scored, sign_in, session, wrong) -> None:
    answer = sign_in(scored.olga).post(ORGANISE, data={**FORM, **wrong, "step": "save"})
    assert answer.status_code == 422
    assert "nothing has been saved yet" in text_of(answer)
    row = session.get(MatchingSettings, scored.event.id)
    session.refresh(row)
    assert row.decisions == {}


def test_a_proposal_is_taken_or_sent_away_by_the_organiser(scored, sign_in, session) -> None:
    olga, weights = sign_in(scored.olga), PRESETS["buyers"].as_dict()
    services.propose(session, scored.event.id, {"words": "Learnt from 100 requests.", "weights": weights})
    assert "Learnt from 100 requests." in text_of(olga.get(ORGANISE))
    assert olga.post(ORGANISE + "/proposal/drop").status_code == 302
    assert olga.post(ORGANISE + "/proposal/take").status_code == 409
    services.propose(session, scored.event.id, {"words": "Again.", "weights": weights})
    assert olga.post(ORGANISE + "/proposal/take").status_code == 302
    session.expire_all()
    decided = gathering.decisions_of(session, scored.event.id)
    assert (decided.preset, decided.weights) == ("learnt", PRESETS["buyers"])
    assert session.get(MatchingSettings, scored.event.id).proposal == {}


def test_advice_with_its_gain_and_a_wish_that_is_scored(scored, sign_in, session) -> None:
    pia = sign_in(scored.pia)
    text = text_of(pia.get("/events/spring/partners"))
    assert "What would find you better partners" in text
    assert "Give the readiness level of your needs and offers. +8 %" in text
    answer = pia.post("/events/spring/me/matching", data={"types": "research", "positions": ["inputs", "design"]})
    assert answer.status_code == 302
    session.expire_all()
    wish = session.get(PartnerWish, scored.pia_participant.id)
    assert (wish.types, wish.positions) == (["research"], ["inputs", "design"])
    assert session.get(ProfileState, scored.pia_participant.id).revision == 1
    assert "being put in order anew" in text_of(pia.get("/events/spring/partners"))
    assert "Say which type, size or country" not in text_of(pia.get("/events/spring/me/matching"))
    assert pia.post("/events/spring/me/matching", data={"types": "dragons"}).status_code == 422
    assert sign_in(scored.omar).get("/events/spring/me/matching").status_code == 403


def test_dismiss_save_and_put_back(scored, sign_in, session) -> None:
    pia = sign_in(scored.pia)
    address = "/events/spring/partners/piotr/"
    assert pia.post(address + "dismiss", data={"back": "//evil.example/"}).location.endswith("/events/spring/partners")
    assert "Piotr Example" not in text_of(pia.get("/events/spring/partners")).partition("back in your list")[2]
    listed = pia.get("/events/spring/partners").get_data(as_text=True)
    assert "partners/piotr" not in listed
    assert "partners/piotr" in pia.get("/events/spring/partners?status=dismissed").get_data(as_text=True)
    pia.post(address + "restore")
    pia.post(address + "save")
    assert session.scalars(select(RecommendationMark.kind)).all() == [MarkKind.SAVED]
    assert "partners/piotr" in pia.get("/events/spring/partners?status=saved").get_data(as_text=True)
    assert "partners/pia" not in sign_in(scored.piotr).get("/events/spring/partners?status=saved").get_data(
        as_text=True
    )
    assert pia.post("/events/spring/partners/nobody/save").status_code == 404
    assert sign_in(scored.omar).post(address + "save").status_code == 403


def test_the_ranking_can_be_switched_off_and_says_what_counts(scored, sign_in) -> None:
    pia = sign_in(scored.pia)
    text = text_of(pia.get("/events/spring/partners"))
    assert "Need meets offer, in words 40 %" in text
    pia.post("/events/spring/me/matching/alphabet")
    assert "This list is not ranked by match." in text_of(pia.get("/events/spring/partners"))
    pia.post("/events/spring/me/matching/rank")
    assert "Need meets offer, in words 40 %" in text_of(pia.get("/events/spring/partners"))


def test_one_way_lists_go_by_one_direction(app, scored, session, sign_in) -> None:
    row = session.scalars(
        select(Recommendation).where(Recommendation.participant_id == scored.pia_participant.id)
    ).one()
    row.gain, row.give = 0.91, 0.27
    pia = sign_in(scored.pia)
    assert "91 of 100" in text_of(pia.get("/events/spring/partners?sort=gain"))
    assert "27 of 100" in text_of(pia.get("/events/spring/partners?sort=give"))


def test_the_reason_shown_is_what_the_score_rests_on_everywhere(app, scored, session, sign_in, clock) -> None:
    """Recommendation, request and the organiser's list name the same need; without it the score falls."""
    reason = "You need “Biobased barrier coating for paper packaging”"
    pia = sign_in(scored.pia)
    assert reason in text_of(pia.get("/events/spring/partners"))
    assert reason in text_of(pia.get("/events/spring/partners/piotr"))
    with app.test_request_context():
        made = ask(session, scored.event, scored.pia_participant, scored.piotr_participant, clock)
        accept(session, scored.event, made, scored.piotr_participant, clock)
    assert reason in text_of(pia.get("/events/spring/requests?view=sent"))
    listed = text_of(sign_in(scored.olga).get("/events/spring/organise/requests"))
    assert "Pia Example needs “Biobased barrier coating for paper packaging”" in listed

    before = session.scalars(select(Recommendation.score)).first()
    need = next(e for e in _entries(session, scored.pia_participant.id) if e.title.startswith("Biobased"))
    session.delete(need)
    session.flush()
    with app.test_request_context():
        services.store(session, scored.event, services.compute(session, scored.event), clock)
    session.commit()
    assert session.scalars(select(Recommendation.score)).first() < before
    assert reason not in text_of(pia.get("/events/spring/partners/piotr"))


def _entries(session, participant_id: int):
    from app.marketplace.models import Entry

    return session.scalars(select(Entry).where(Entry.participant_id == participant_id)).all()
