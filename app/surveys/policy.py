"""Who may do what in a survey.

The survey of an address is found once per request and kept in `g`, with what the asking account is to it. Lead regions
and the secretariat coordinate every survey of their partnership, regions speak for themselves; further coordinators,
analysts and regional contacts are named for one survey.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import g, has_request_context
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.policy import need_user, signed_in_user
from app.core.database import session
from app.core.errors import Forbidden, NotFound
from app.core.guard import Policy
from app.partnerships import queries as partnerships
from app.partnerships.models import Partnership
from app.partnerships.policy import partnership_of
from app.surveys import links, queries
from app.surveys.models import MatchingRun, SurveyCampaign, SurveyResponse, SurveyRole
from app.surveys.process import VISIBLE_RUNS


@dataclass(frozen=True)
class Standing:
    """What an account is to a survey; nothing by default."""

    is_coordinator: bool = False
    is_analyst: bool = False
    regions: frozenset[str] = field(default_factory=frozenset)
    """Regions it is a contact of."""
    is_insider: bool = False
    """Belongs to the partnership in any way."""

    @property
    def sees_answers(self) -> bool:
        """May look at answers that are open to analysts."""
        return self.is_coordinator or self.is_analyst

    @property
    def works_here(self) -> bool:
        """Works on the survey in any role."""
        return self.sees_answers or bool(self.regions)

    @property
    def roles(self) -> frozenset[str]:
        """Roles of the campaign's and the run's machine."""
        found = {"coordinator"} if self.is_coordinator else set()
        return frozenset(found | ({"analyst"} if self.is_analyst else set()))

    def roles_at(self, response: SurveyResponse) -> frozenset[str]:
        """Roles of the response's machine."""
        return self.roles | (frozenset({"contact"}) if response.nuts in self.regions else frozenset())


def standing_of(db: Session, partnership: Partnership, campaign: SurveyCampaign | None, user: User | None) -> Standing:
    """What an account is to a survey; without a survey, what it will be to any of the partnership's."""
    if user is None:
        return Standing()
    roles = partnerships.roles_of(db, partnership, user)
    own = {m.nuts for m in partnerships.own_members(db, partnership, user) if m.state == partnerships.MEMBER}
    rows = queries.staff_rows(db, campaign.id, user) if campaign is not None else []
    named = {row.role for row in rows}
    return Standing(
        is_coordinator=bool(roles & {"lead", "secretariat"}) or SurveyRole.COORDINATOR in named,
        is_analyst=SurveyRole.ANALYST in named,
        regions=frozenset(own | {row.nuts for row in rows if row.role is SurveyRole.CONTACT}),
        is_insider=bool(rows) or partnerships.belongs(db, partnership, user),
    )


def campaign_of(values: Mapping[str, Any]) -> SurveyCampaign:
    """The survey of the address, for those who belong to the partnership or work on it; raises NotFound, Forbidden."""
    user = need_user()
    partnership = partnerships.partnership_by_slug(session(), str(values.get("partnership", "")))
    if partnership is None:
        raise NotFound(_("There is no partnership at this address."))
    campaign = queries.campaign_named(session(), partnership.id, str(values.get("code", "")))
    standing = standing_of(session(), partnership, campaign, user)
    if not standing.is_insider:
        raise Forbidden(_("Only those who take part in this partnership may see this."))
    if has_request_context():
        g.partnership, g.campaign, g.standing = partnership, campaign, standing
        g.partnership_roles = partnerships.roles_of(session(), partnership, user)
    return campaign


def current_campaign() -> SurveyCampaign:
    """The survey of this request, after its policy has found it."""
    found: SurveyCampaign = g.campaign
    return found


def current_standing() -> Standing:
    """What the asking account is to the survey of this request."""
    found: Standing = g.standing
    return found


def current_response() -> SurveyResponse:
    """The response of this request."""
    found: SurveyResponse = g.response
    return found


def current_run() -> MatchingRun:
    """The matching run of this request."""
    found: MatchingRun = g.run
    return found


def _check_insider(values: Mapping[str, Any]) -> None:
    campaign_of(values)


def _check_worker(values: Mapping[str, Any]) -> None:
    campaign_of(values)
    if not current_standing().works_here:
        raise Forbidden(_("Only those who work on this survey may see this."))


def _check_coordinator(values: Mapping[str, Any]) -> None:
    campaign_of(values)
    if not current_standing().is_coordinator:
        raise Forbidden(_("Only the coordinators of this survey may do this."))


def _check_analyst(values: Mapping[str, Any]) -> None:
    campaign_of(values)
    if not current_standing().sees_answers:
        raise Forbidden(_("Only the analysts of this survey may do this."))
    if "number" in values:
        g.run = queries.run_numbered(session(), current_campaign(), int(values["number"]))


def _check_response(values: Mapping[str, Any]) -> None:
    _check_worker(values)
    response = queries.response_named(session(), current_campaign(), str(values["answer"]))
    if not current_standing().roles_at(response) & {"coordinator", "contact"}:
        raise Forbidden(_("Only the contact of this region and the coordinators may see this."))
    g.response = response


def _check_run(values: Mapping[str, Any]) -> None:
    campaign = campaign_of(values)
    run = queries.run_numbered(session(), campaign, int(values["number"]))
    if run.state not in VISIBLE_RUNS and not current_standing().sees_answers:
        raise NotFound(_("There is no matching run of this number."))
    g.run = run


def _check_starter(values: Mapping[str, Any]) -> None:
    user = need_user()
    partnership = partnership_of(values)
    if not standing_of(session(), partnership, None, user).is_coordinator:
        raise Forbidden(_("Only the lead regions of this partnership may do this."))


def _check_respondent(values: Mapping[str, Any]) -> None:
    """With a token in the address it is the personal link; otherwise the page on behalf, for contact or coordinator."""
    if "token" not in values:
        _check_response(values)
        return
    g.response = links.response_of(session(), str(values["token"]))
    g.campaign = g.response.campaign


def answering_roles() -> frozenset[str]:
    """In which roles the one who asks acts on the response of this request."""
    if g.get("standing") is None:
        return frozenset({"respondent"})
    return current_standing().roles_at(current_response())


def answering_user() -> User | None:
    """Who acts on behalf; None on the personal link, whoever is signed in."""
    return None if g.get("standing") is None else signed_in_user()


survey_insider = Policy("survey insider", _check_insider)
"""Everybody who takes part in the partnership, and who works on the survey."""
survey_worker = Policy("survey worker", _check_worker)
"""Coordinators, analysts and regional contacts of the survey."""
survey_coordinator = Policy("survey coordinator", _check_coordinator)
"""Lead regions, the secretariat, and coordinators named for the survey."""
survey_analyst = Policy("survey analyst", _check_analyst)
"""Analysts and coordinators; a run named by `number` is one of the survey's."""
survey_response = Policy("survey response", _check_response)
"""The contact of the region the answer counts for, and coordinators."""
survey_run = Policy("survey run", _check_run)
"""Analysts and coordinators; once a run is shared, everybody who takes part in the partnership."""
survey_starter = Policy("survey starter", _check_starter)
"""Lead regions of the partnership and the secretariat."""
respondent = Policy("respondent", _check_respondent)
"""Whoever holds the personal link; for an answer named in the address, its contact and coordinators."""
