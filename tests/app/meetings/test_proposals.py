"""From a match between regions to requests at an event, under its rules, and on into the trace."""

from types import SimpleNamespace

import pytest

from app.accounts.models import User
from app.core.models import AuditEntry, Mail
from app.core.transitions import Act
from app.events.models import MeetingPermission, Phase
from app.matching.models import MatchLabel
from app.meetings import services as meetings
from app.meetings.models import MatchInvitation, MeetingRequest, RequestState
from app.projects.models import PartnershipEvent
from app.projects.rules.trace import Thing
from app.projects.trace_links import describe
from app.projects.tracing import build
from app.surveys import services
from app.surveys.matching import Parameters
from app.surveys.models import Curation, FindingKind, FollowUpState, MatchFollowUp
from app.surveys.queries import answers_of, findings_of, follow_ups_of, pairs_behind
from tests.app.surveys.conftest import field  # noqa: F401 - the partnership with its survey
from tests.factories.surveys import answered, need, offer

HERE = "/partnerships/textiles/surveys/mapping-2027/runs/1"


@pytest.fixture
def match(app, field, cast, session, clock):  # noqa: F811
    """AT22 needs what FI1C offers. Pia stands behind the first need, Piotr behind the first offer; four more may be
    contacted and one may not. Ana analyses; the event serves the partnership."""
    asks, has = [], []
    for n in range(3):
        asks.append(
            answered(session, clock, field.campaign, "AT22", name=f"Graz {n}", needs=[need("testing", f"Need {n}")])
        )
        has.append(
            answered(session, clock, field.campaign, "FI1C", name=f"Suomi {n}", offers=[offer("testing", trl=9 - n)])
        )
    asks[0].email, has[0].email = "Pia@example.org", cast.piotr.email
    for response in (*asks, *has[:2]):
        row = answers_of(session, response.id)["respondent"]
        row.content = row.content | {"contactable": True, "person": f"Contact of {response.organisation_name}"}
    session.add(PartnershipEvent(partnership_id=field.partnership.id, event_id=cast.event.id, added_at=clock()))
    with app.app_context():
        run = services.compute_run(
            session, clock, field.ana, field.campaign, Parameters(), Act(field.ana.id, frozenset({"analyst"}))
        )
    (pair,) = [f for f in findings_of(session, run.id) if f.kind is FindingKind.COMPLEMENTARITY]
    pair.curation, pair.reason = Curation.KEPT, "Fits"
    session.commit()
    return SimpleNamespace(run=run, finding=pair, asks=asks, has=has, place=f"event:{cast.event.id}", field=field)


def propose(browser, match, place=None):
    return browser.post(f"{HERE}/findings/{match.finding.id}/meetings", data={"place": place or match.place})


def test_one_click_asks_who_is_there_and_invites_who_is_not(match, cast, session, sign_in):
    ana = sign_in(match.field.ana)
    assert "Propose meetings at Spring Partnering Day" in ana.get(f"{HERE}/findings/{match.finding.id}").text
    answer = propose(ana, match)
    (request,) = session.query(MeetingRequest).all()
    assert (request.requester_id, request.recipient_id) == (cast.pia_participant.id, cast.piotr_participant.id)
    assert (request.state, request.is_proposed, request.finding_id) == (RequestState.OPEN, True, match.finding.id)
    assert request.proposed_by_id == match.field.ana.id
    invited = {row.response_id for row in session.query(MatchInvitation)}
    assert invited == {match.asks[1].id, match.asks[2].id, match.has[1].id}  # the third of FI1C may not be contacted
    mails = {mail.recipient: mail.body for mail in session.query(Mail)}
    assert "they were asked in your name" in mails[cast.pia.email]
    assert "Accept or decline here" in mails[cast.piotr.email]
    assert "/events/spring/register" in mails[match.asks[1].email]
    assert match.has[2].email not in mails
    (follow_up,) = follow_ups_of(session, match.run.id)
    assert (follow_up.state, follow_up.link) == (FollowUpState.TAKEN_UP, answer.location)
    page = ana.get(answer.location).text
    for words in ("Pia Example", "Piotr Example", "Graz 1", "Invited, not registered yet"):
        assert words in page
    assert "Suomi 2" not in page
    entry = session.query(AuditEntry).filter_by(action="match_finding.propose_meetings").one()
    assert (entry.actor_id, entry.detail) == (match.field.ana.id, {"asked": 1, "invited": 3})


def test_again_changes_nothing_until_somebody_registers(match, cast, session, sign_in):
    ana = sign_in(match.field.ana)
    here = propose(ana, match).location
    mails = session.query(Mail).count()
    assert propose(ana, match).location == here
    assert ana.post(here).status_code == 302
    assert (session.query(MeetingRequest).count(), session.query(MatchInvitation).count()) == (1, 3)
    assert (session.query(MatchFollowUp).count(), session.query(Mail).count()) == (1, mails)
    match.asks[1].email = cast.omar.email
    match.has[1].organisation_id = cast.pia_participant.organisation_id
    session.commit()
    page = ana.get(here).text
    assert "Graz 1" in page  # Omar has no registration; Pia speaks for Suomi 1, and is asked by nobody twice
    ana.post(here)
    assert session.query(MeetingRequest).count() == 1


def test_the_other_side_accepts_and_both_see_where_it_comes_from(match, cast, session, sign_in):
    propose(sign_in(match.field.ana), match)
    (request,) = session.query(MeetingRequest).all()
    words = "Proposed by Circular Textiles from a match"
    pia, piotr = sign_in(cast.pia), sign_in(cast.piotr)
    assert words in piotr.get("/events/spring/requests").text
    assert words in pia.get("/events/spring/requests?view=sent").text
    assert words in piotr.get("/events/spring/partners/pia").text
    assert words in sign_in(cast.olga).get("/events/spring/organise/requests").text
    piotr.post(f"/events/spring/requests/{request.code}/accept", data={"priority": "normal"})
    session.refresh(request)
    assert request.state is RequestState.ACCEPTED
    assert session.query(MatchLabel).count() == 0  # nobody chose whom to ask
    assert "Accepted" in sign_in(match.field.ana).get(follow_ups_of(session, match.run.id)[0].link).text


def test_the_trace_leads_from_the_meeting_over_the_request_to_the_match(app, match, session, sign_in):
    propose(sign_in(match.field.ana), match)
    (request,) = session.query(MeetingRequest).all()
    graph = build(session, [Thing("meeting", request.id)])
    assert graph.sources[Thing("meeting", request.id)] == (Thing("request", request.id),)
    assert graph.sources[Thing("request", request.id)] == (Thing("match", match.finding.id),)
    with app.app_context():
        words = describe(session, [Thing("request", request.id)])[Thing("request", request.id)]
    assert (words.label, words.detail) == (
        "Piave Polymers and Poznan Process Institute", "Spring Partnering Day, open"
    )  # fmt: skip


def test_the_rules_of_the_event_hold(app, match, cast, session, clock, sign_in):
    ana, event = sign_in(match.field.ana), cast.event
    event.max_open_requests = 0
    session.commit()
    here = propose(ana, match).location
    assert session.query(MeetingRequest).count() == 0
    assert "has no request left" in ana.get(here).text
    event.max_open_requests = None
    research, company = cast.piotr_participant.type_id, cast.pia_participant.type_id
    session.add(MeetingPermission(event_id=event.id, from_type_id=company, to_type_id=company))
    session.commit()
    assert "do not ask those of type" in ana.get(here).text
    session.add(MeetingPermission(event_id=event.id, from_type_id=research, to_type_id=company))
    event.phase = Phase.REGISTRATION
    session.commit()
    assert "not open yet" in ana.get(here).text
    ana.post(here)
    assert session.query(MeetingRequest).count() == 0
    event.phase = Phase.BOOKING
    session.commit()
    ana.post(here)
    (request,) = session.query(MeetingRequest).all()  # the way round that the event allows
    assert request.requester_id == cast.piotr_participant.id


def test_a_veto_leaves_no_trace_on_the_page(app, match, cast, session, clock, sign_in):
    with app.app_context():
        meetings.veto(session, cast.event, cast.piotr_participant, cast.pia_participant, clock)
        session.commit()
    ana = sign_in(match.field.ana)
    page = ana.get(propose(ana, match).location).text
    assert session.query(MeetingRequest).count() == 0
    assert "Piotr Example" not in page


def test_a_request_of_their_own_is_not_answered_for_them(app, match, cast, session, clock, sign_in):
    with app.app_context():
        meetings.ask(session, cast.event, cast.piotr_participant, cast.pia_participant, clock)
        session.commit()
    ana = sign_in(match.field.ana)
    page = ana.get(propose(ana, match).location).text
    (request,) = session.query(MeetingRequest).all()
    assert (request.state, request.is_proposed) == (RequestState.OPEN, False)
    assert "The two have a request already." in page


def test_what_is_not_open_to_the_partnership_proposes_nobody(match, cast, session, sign_in):
    answers_of(session, match.asks[0].id)["needs"].visibility = "analysts"
    session.commit()
    assert {pair.asker.response_id for pair in pairs_behind(session, match.finding)} == {
        match.asks[1].id, match.asks[2].id
    }  # fmt: skip
    propose(sign_in(match.field.ana), match)
    assert session.query(MeetingRequest).count() == 0


def test_whoever_left_is_not_invited_again(app, match, cast, session, clock, sign_in):
    cast.pia_participant.state = type(cast.pia_participant.state).CANCELLED
    session.commit()
    propose(sign_in(match.field.ana), match)
    assert match.asks[0].id not in {row.response_id for row in session.query(MatchInvitation)}
    assert session.query(MeetingRequest).count() == 0


def test_only_analysts_propose_and_only_at_events_that_are_theirs(match, cast, session, sign_in, client):
    address = f"{HERE}/findings/{match.finding.id}/meetings"
    for user, status in ((match.field.stan, 403), (match.field.mona, 403), (cast.olga, 403)):
        assert sign_in(user).post(address, data={"place": match.place}).status_code == status
    json = {"Accept": "application/json"}
    assert client.post(address, data={"place": match.place}, headers=json).status_code == 401
    ana = sign_in(match.field.ana)
    assert propose(ana, match, "event:999").status_code == 422
    assert ana.post(address, data={"place": ""}).status_code == 422
    session.query(PartnershipEvent).delete()
    session.commit()
    assert propose(ana, match).status_code == 422
    assert (session.query(MeetingRequest).count(), session.query(User).count()) == (0, 12)
    match.finding.curation = Curation.REJECTED
    session.add(PartnershipEvent(partnership_id=match.field.partnership.id, event_id=cast.event.id,
                                 added_at=match.run.created_at))  # fmt: skip
    session.commit()
    assert propose(ana, match).status_code == 404


def test_the_page_of_what_came_of_it_is_for_analysts(match, session, sign_in, client):
    here = propose(sign_in(match.field.ana), match).location
    for user in (match.field.stan, match.field.mona):
        assert sign_in(user).get(here).status_code == 403
        assert sign_in(user).post(here).status_code == 403
    assert client.get(here, headers={"Accept": "application/json"}).status_code == 401
