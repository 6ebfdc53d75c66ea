"""Surveys for tests: a partnership of several regions, a campaign, answers written straight into the tables."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock
from app.core.transitions import Act
from app.organisations import reference
from app.partnerships.models import Partnership
from app.surveys import links, services
from app.surveys.models import SurveyAnswer, SurveyCampaign, SurveyResponse

COORDINATOR = frozenset({"coordinator"})


def make_campaign(session: Session, clock: Clock, partnership: Partnership, actor: User, *, title: str = "Mapping 2027",
                  state: str = "design") -> SurveyCampaign:  # fmt: skip
    """A campaign with the default value chain and two technologies, put into a state by hand."""
    campaign = services.create_campaign(session, clock, actor, partnership, title=title, roles=COORDINATOR)
    campaign.technologies = [{"code": "coating", "name": "Coating"}, {"code": "sorting", "name": "Sorting"}]
    campaign.state = state
    session.flush()
    return campaign


def invite(session: Session, clock: Clock, campaign: SurveyCampaign, actor: User, email: str, nuts: str,
           **more: str) -> SurveyResponse:  # fmt: skip
    """Ask an organisation."""
    return services.invite(session, clock, Act(actor.id, COORDINATOR), campaign, email=email, nuts=nuts, **more)


def offer(segment: str, text: str = "Barrier coating", **more: Any) -> dict[str, Any]:
    """An entry of the capabilities."""
    return {"key": f"c{random.getrandbits(40):x}", "capability": text, "segment": segment, **more}


def need(segment: str, text: str = "A pilot line", urgency: str = "5", **more: Any) -> dict[str, Any]:
    """An entry of the needs."""
    return {"key": f"n{random.getrandbits(40):x}", "need": text, "segment": segment, "urgency": urgency, **more}


def answered(
    session: Session, clock: Clock, campaign: SurveyCampaign, nuts: str, *, offers: Sequence[Mapping[str, Any]] = (),
    needs: Sequence[Mapping[str, Any]] = (), state: str = "submitted", visibility: str = "partnership", name: str = "",
) -> SurveyResponse:  # fmt: skip
    """A response with answers, as if it had come in."""
    number = session.query(SurveyResponse).filter_by(campaign_id=campaign.id).count() + 1
    name = name or f"Organisation {number}"
    response = SurveyResponse(
        campaign_id=campaign.id, wave=campaign.version, code=f"r{number:04d}", nuts=nuts,
        nuts_version=reference.regions().require(nuts).version, email=f"r{number}@example.org", organisation_name=name,
        respondent_type="small", state=state, version=1, link_nonce=links.new_nonce(), created_at=clock(),
        saved_at=clock(), submitted_at=clock(),
    )  # fmt: skip
    session.add(response)
    session.flush()
    contents: dict[str, Any] = {
        "respondent": {"organisation": name, "type": "small", "nuts": nuts, "consent": True, "named": True},
        "capabilities": {"items": list(offers)},
        "needs": {"items": list(needs)},
    }
    session.add_all(
        SurveyAnswer(response_id=response.id, block=key, content=content, visibility=visibility, saved_at=clock())
        for key, content in contents.items()
    )
    session.flush()
    return response
