"""The machines of surveys: every transition, every role, and the documentation that draws them."""

import itertools

import pytest

from app.core import transitions
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.models import AuditEntry
from app.core.transitions import Act
from app.surveys.models import MatchingRun, SurveyCampaign, SurveyResponse
from app.surveys.process import MACHINES, SurveyFacts, machine

ROLES = ("coordinator", "analyst", "contact", "respondent", "stranger")
OPEN = SurveyFacts(campaign_state="open", segments=2, regions=1, computed_runs=1, shared_runs=1, kept=1)
SHUT = {
    "survey_ready": SurveyFacts(segments=1, regions=0, closing_day_passed=True),
    "survey_open": SurveyFacts(campaign_state="closed"),
    "answer_complete": SurveyFacts(campaign_state="open", missing=("Your organisation",)),
    "run_computed": SurveyFacts(),
    "run_shared": SurveyFacts(computed_runs=1),
    "something_kept": SurveyFacts(),
}
CASES = [(name, t.key, source) for name in MACHINES for t in machine(name).transitions for source in t.source]


def subject(session, clock, field, name, state):
    """A row in this state."""
    if name == "survey_campaign":
        field.campaign.state = state
        made = session.get(SurveyCampaign, field.campaign.id)
    elif name == "survey_response":
        made = SurveyResponse(campaign_id=field.campaign.id, wave=1, code="r0001", nuts="AT22", nuts_version="2024",
                              email="a@example.org", state=state, version=1, created_at=clock())  # fmt: skip
    else:
        blank = {"parameters": {}, "snapshot": {}, "result": {}, "digest": "", "code_version": "1"}
        made = MatchingRun(campaign_id=field.campaign.id, number=1, wave=1, state=state, version=1, **blank)
        made.created_at = clock()
    session.add(made)
    session.flush()
    return made


@pytest.mark.parametrize(("name", "key", "source"), CASES)
def test_every_transition(name, key, source, app, field, session, clock):
    """Other roles are refused, a shut guard stops it, a needed comment is asked for, and the trail has one entry."""
    states = machine(name)
    transition = states.transition(key)
    row = subject(session, clock, field, name, source)
    before = row.version
    allowed = frozenset({transition.roles[0]})
    with app.app_context():
        for role in set(ROLES) - set(transition.roles):
            with pytest.raises(Forbidden):
                transitions.take(session, clock, states, key, row, Act(field.lena.id, frozenset({role}), "x"), OPEN)
        for use in transition.guards:
            with pytest.raises(Invalid):
                transitions.take(session, clock, states, key, row, Act(field.lena.id, allowed, "x"), SHUT[use.name])
        if transition.comment == "required":
            with pytest.raises(Invalid, match="comment"):
                transitions.take(session, clock, states, key, row, Act(field.lena.id, allowed), OPEN)
        assert (row.state, row.version) == (source, before)
        transitions.take(session, clock, states, key, row, Act(field.lena.id, allowed, "x"), OPEN)
        assert (row.state, row.version) == (transition.target, before + transition.reopens)
        for wrong in sorted(states.keys - set(transition.source))[:1]:
            row.state = wrong
            session.flush()
            with pytest.raises(Conflict):
                transitions.take(session, clock, states, key, row, Act(field.lena.id, allowed, "x"), OPEN)
    (entry,) = session.query(AuditEntry).filter_by(action=f"{name}.{key}").all()
    told = {key: entry.detail[key] for key in ("role", "from", "to", "comment")}
    assert told == {"role": transition.roles[0], "from": source, "to": transition.target, "comment": "x"}
    assert entry.actor_id == field.lena.id


def test_the_table_above_covers_every_guard():
    used = {use.name for name in MACHINES for t in machine(name).transitions for use in t.guards}
    assert used == set(SHUT)
    assert len(CASES) > 30
    assert not set(itertools.chain.from_iterable(t.roles for n in MACHINES for t in machine(n).transitions)) - set(
        ROLES
    )
