"""Profiles: fields and limits, JSON out and in, the pages of one's own entries."""

import io
import json
from datetime import timedelta

import pytest

from app.core.errors import Conflict, ImportRefused, Invalid
from app.marketplace import services, transfer
from app.marketplace.details import Details
from app.marketplace.models import Entry, EntryKind, EntryState, ProfileKind, Reach
from app.marketplace.services import EntryData
from tests.factories.marketplace import make_entry, make_own_entry

TECHNOLOGY_OFFER = {
    "profileType": "TO",
    "title": "Enzymes that take film apart",
    "shortSummary": "Half the energy of dissolving.",
    "description": "A plant of 200 litres is running.",
    "expectedRoleOfThePartner": "Bring waste.",
    "technologyKeywords": ["recycling"],
    "typesOfPartnership": ["research", "technical"],
    "stageOfDevelopment": "demonstration",
    "iprStatus": "applied",
    "sdgKeywords": [9, 12],
    "typesAndSizes": ["medium", "large"],
    "targetedCountries": ["AT", "DE"],
    "readiness": {"min": 5, "max": 6},
    "partnerOrganisationCountry": "AT",
    "region": "AT12",
    "sector": "20.16",
    "valueChainSegment": "recovery",
    "languages": ["de", "en"],
}
CALL = {
    "programme": "Horizon Europe",
    "title": "Heating of furnaces",
    "interest_deadline": "2027-04-01",
    "call_deadline": "2027-05-01",
}
RESEARCH_REQUEST = TECHNOLOGY_OFFER | {
    "profileType": "RDR",
    "title": "Foundry for a proposal",
    "typesOfPartnership": ["research"],
    "call": CALL,
}
NO_SUCH_FILES = (
    *(b"", b"{", b"[]", b"{}", b'{"format": "other", "profiles": [1]}', b"\xff\xfe\x00", b"[" * 100_000),
    *(b'{"version": 2, "profiles": [1]}', b" " * (transfer.BYTES_AT_MOST + 1)),
)


def file_of(*profiles):
    return json.dumps({"format": "meetwright-profiles", "version": 1, "profiles": profiles}).encode()


def load(app, session, clock, user, *profiles):
    with app.app_context():
        return transfer.load(session, clock, user, file_of(*profiles))


def without(profile, *names):
    return {name: value for name, value in profile.items() if name not in names}


@pytest.mark.parametrize(
    ("profile", "place"),
    [
        (without(TECHNOLOGY_OFFER, "title"), "title"),
        (TECHNOLOGY_OFFER | {"title": "t" * 257}, "title"),
        (TECHNOLOGY_OFFER | {"shortSummary": "t" * 501}, "shortSummary"),
        (TECHNOLOGY_OFFER | {"description": "t" * 4001}, "description"),
        (TECHNOLOGY_OFFER | {"expectedRoleOfThePartner": "t" * 4001}, "expectedRoleOfThePartner"),
        (TECHNOLOGY_OFFER | {"advantagesAndInnovation": "t" * 2001}, "advantagesAndInnovation"),
        (TECHNOLOGY_OFFER | {"technologyKeywords": list("abcdef")}, "technologyKeywords"),
        (TECHNOLOGY_OFFER | {"technologyKeywords": []}, "technologyKeywords"),
        (TECHNOLOGY_OFFER | {"marketKeywords": [""]}, "marketKeywords.0"),
        (TECHNOLOGY_OFFER | {"typesOfPartnership": ["outsourcing"]}, "typesOfPartnership"),
        (TECHNOLOGY_OFFER | {"typesOfPartnership": []}, "typesOfPartnership"),
        (TECHNOLOGY_OFFER | {"typesOfPartnership": ["marriage"]}, "typesOfPartnership"),
        (TECHNOLOGY_OFFER | {"typesOfPartnership": ["research", "technical"] * 2}, "typesOfPartnership"),
        (TECHNOLOGY_OFFER | {"sdgKeywords": [18]}, "sdgKeywords.0"),
        (TECHNOLOGY_OFFER | {"typesAndSizes": ["tiny"]}, "typesAndSizes.0"),
        (TECHNOLOGY_OFFER | {"profileType": "RDO"}, "profileType"),
        (TECHNOLOGY_OFFER | {"readiness": {"min": 0}}, "readiness.min"),
        (TECHNOLOGY_OFFER | {"readiness": {"min": 7, "max": 5}}, "readiness.max"),
        (TECHNOLOGY_OFFER | {"region": "ITC4"}, "region"),
        (TECHNOLOGY_OFFER | {"sector": "99.99"}, "sector"),
        (TECHNOLOGY_OFFER | {"call": {}}, "call"),
        (TECHNOLOGY_OFFER | {"colour": "blue"}, "colour"),
        (without(TECHNOLOGY_OFFER, "stageOfDevelopment"), "stageOfDevelopment"),
        (without(TECHNOLOGY_OFFER, "iprStatus"), "iprStatus"),
        (without(TECHNOLOGY_OFFER, "shortSummary"), "shortSummary"),
        (without(RESEARCH_REQUEST, "call"), "call.programme"),
        (RESEARCH_REQUEST | {"call": CALL | {"call_deadline": "2027-03-01"}}, "call.interest_deadline"),
        (RESEARCH_REQUEST | {"call": CALL | {"link": "javascript:alert(1)"}}, "call.link"),
        (RESEARCH_REQUEST | {"call": CALL | {"call_deadline": "soon"}}, "call.call_deadline"),
        ([], ""),
        ("text", ""),
    ],
)
def test_a_fault_is_named_with_its_place_and_nothing_is_written(app, session, clock, cast, profile, place):
    good = {"profileType": "need", "title": "A plain need"}
    with pytest.raises(ImportRefused) as caught:
        load(app, session, clock, cast.omar, good, profile)
    assert [(cell.row, cell.column) for cell in caught.value.cells] == [(2, place)]
    assert caught.value.cells[0].message
    assert session.query(Entry).count() == 0


@pytest.mark.parametrize("data", NO_SUCH_FILES)
def test_what_is_no_such_file_is_refused(app, session, clock, cast, data):
    with app.app_context(), pytest.raises(Invalid):
        transfer.load(session, clock, cast.omar, data)


def test_what_went_out_comes_in_again_unchanged(app, session, clock, cast):
    report = load(app, session, clock, cast.omar, TECHNOLOGY_OFFER, RESEARCH_REQUEST)
    assert (report.created, report.changed, report.unchanged) == (2, 0, 0)
    made = session.query(Entry).filter_by(kind=EntryKind.OFFER).one()
    assert (made.profile, made.partnership, made.reach) == (ProfileKind.TECHNOLOGY, "research", Reach.MEMBERS)
    assert Details.model_validate(made.details).further_partnerships == ["technical"]
    with app.app_context():
        text = transfer.write(transfer.own_documents(session, clock, cast.omar))
    (out,) = [one for one in json.loads(text)["profiles"] if one["profileType"] == "TO"]
    assert {name: out[name] for name in TECHNOLOGY_OFFER} == TECHNOLOGY_OFFER
    with app.app_context():
        report = transfer.load(session, clock, cast.omar, text.encode())
    assert (report.created, report.changed, report.unchanged) == (0, 0, 2)


def test_an_import_knows_an_entry_by_reference_or_title_and_leaves_other_peoples_alone(app, session, clock, cast):
    with app.app_context():
        theirs = make_own_entry(session, clock, cast.pia, "Theirs")
        mine = make_own_entry(session, clock, cast.omar, "Mine")
        make_own_entry(session, clock, cast.omar, "By title")
    report = load(
        app,
        session,
        clock,
        cast.omar,
        {"reference": mine.code, "profileType": "offer", "title": "Renamed"},
        {"profileType": "offer", "title": "by TITLE", "description": "More."},
        {"reference": theirs.code, "profileType": "offer", "title": "Taken over?"},
    )
    assert (report.created, report.changed) == (1, 2)
    assert (mine.title, theirs.title, theirs.owner_id) == ("Renamed", "Theirs", cast.pia.id)


def test_an_import_shows_no_event_entry_to_more_people(app, session, clock, cast):
    entry = make_entry(session, clock, cast.pia_participant, EntryKind.OFFER, "At the event")
    report = load(
        app, session, clock, cast.pia, {"reference": entry.code, "profileType": "offer", "title": "At the event now"}
    )
    assert report.changed == 1
    assert (entry.title, entry.reach) == ("At the event now", Reach.EVENT)


def test_the_import_page_shows_the_places(cast, sign_in, session):
    omar, page = sign_in(cast.omar), "/marketplace/mine/import"

    def post(*profiles):
        return omar.post(page, data={"file": (io.BytesIO(file_of(*profiles)), "profiles.json")})

    refused = post(without(TECHNOLOGY_OFFER, "iprStatus"))
    assert refused.status_code == 422
    assert "iprStatus" in refused.text
    assert post(TECHNOLOGY_OFFER).location == "/marketplace/mine"
    assert "Enzymes that take film apart" in omar.get("/marketplace/mine").text
    assert omar.post(page, data={"file": (io.BytesIO(b"nonsense"), "x.json")}).status_code == 422


def test_an_entry_is_written_changed_hidden_shown_and_removed_on_pages(cast, sign_in, session):
    omar = sign_in(cast.omar)
    form = {"title": "Kelp", "summary": "In short.", "country": "IE", "language_1": "en", "sdgs": ["14"]}
    form |= {"anonymous": "y", "concealed": ["country"]}
    answer = omar.post("/marketplace/mine/new/offer", data=form)
    made = session.query(Entry).one()
    page = f"/marketplace/mine/{made.code}"
    assert answer.location == page
    assert (made.country, made.languages, made.anonymous, made.concealed) == ("IE", ["en"], True, ["country"])
    assert omar.post(f"{page}/edit", data=form | {"profile": "technology"}).status_code == 422
    assert omar.post(f"{page}/edit", data=form | {"title": "Kelp again"}).location == page
    for act, state in (("hide", EntryState.HIDDEN), ("publish", EntryState.PUBLISHED)):
        assert omar.post(f"{page}/{act}").status_code == 302
        session.expire_all()
        assert session.get(Entry, made.id).state is state
    assert omar.post(f"{page}/renew").status_code == 409
    for person in (cast.pia, cast.olga, cast.ada):
        other = sign_in(person)
        assert other.get(f"{page}/edit").status_code == 404
        assert other.post(f"{page}/remove").status_code == 404
    assert omar.post(f"{page}/remove").location == "/marketplace/mine"
    assert session.query(Entry).count() == 0


def test_a_full_profile_survives_its_form(cast, sign_in, session, app, clock):
    load(app, session, clock, cast.omar, RESEARCH_REQUEST)
    made = session.query(Entry).one()
    before = services.data_of(made)
    omar, page = sign_in(cast.omar), f"/marketplace/mine/{made.code}/edit"
    text = omar.get(page).text
    assert "Horizon Europe" in text
    with app.test_request_context():
        from app.marketplace.profile_forms import profile_form

        form = profile_form(made, [])
        data = {name: field.data for name, field in form._fields.items() if field.data not in (None, False)}
    assert omar.post(page, data=data).status_code == 302
    session.expire_all()
    assert services.data_of(session.get(Entry, made.id)) == before


def test_renewing(app, session, clock, cast):
    with app.app_context():
        entry = make_own_entry(session, clock, cast.omar, "Kelp")
        assert entry.expires_at == clock() + timedelta(days=365)
        with pytest.raises(Conflict):
            services.renew(session, clock, cast.omar, entry)
        clock.advance(timedelta(days=400))
        services.renew(session, clock, cast.omar, entry)
        assert entry.expires_at == clock() + timedelta(days=365)


def test_there_is_no_research_offer(app, session, clock, cast):
    data = EntryData(EntryKind.OFFER, "Kelp", "Text", summary="Short", profile=ProfileKind.RESEARCH)
    with app.app_context(), pytest.raises(Invalid) as caught:
        services.add_own_entry(session, clock, cast.omar, None, data)
    assert caught.value.field == "profile"
