"""Entry point of the pages: gathers them and adds their navigation."""

from functools import partial

from flask import Flask, g
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.policy import signed_in_user
from app.core import navigation
from app.core.database import session
from app.core.machines import Machine
from app.organisations import reference
from app.partnerships import queries as partnerships
from app.partnerships.models import Partnership
from app.surveys import answer_pages, campaign_pages, exchange_pages, public_pages, response_pages, run_pages
from app.surveys.blueprint import answering, blueprint
from app.surveys.models import MatchingRun, SurveyCampaign
from app.surveys.process import ROLE_NAMES, VISIBLE_RUNS, machine

__all__ = [
    "answer_pages",
    "blueprint",
    "campaign_pages",
    "exchange_pages",
    "public_pages",
    "response_pages",
    "run_pages",
]


def is_insider() -> bool:
    """True when the reader has to do with the partnership of this page."""
    user = signed_in_user()
    if user is None or g.get("partnership") is None:
        return False
    return g.get("standing") is not None or partnerships.belongs(session(), g.partnership, user)


def _campaign_names(db: Session, partnership: Partnership) -> partnerships.Names:
    query = select(SurveyCampaign.id, SurveyCampaign.title)
    return dict(db.execute(query.where(SurveyCampaign.partnership_id == partnership.id)).all())


def _run_names(db: Session, partnership: Partnership) -> partnerships.Names:
    """Runs that the partnership may see; what an analyst tries before is the analyst's."""
    query = select(MatchingRun.id, MatchingRun.number, SurveyCampaign.title).join(MatchingRun.campaign)
    here = SurveyCampaign.partnership_id == partnership.id, MatchingRun.state.in_(VISIBLE_RUNS)
    return {number: f"{title}, {run}" for number, run, title in db.execute(query.where(*here)).all()}


def _machine(kind: str, _db: Session, _partnership: Partnership) -> Machine:
    return machine(kind)


def init_app(app: Flask) -> None:
    """Register the respondent's pages, the navigation entry and the filters."""
    app.register_blueprint(answering)
    app.jinja_env.filters["translated"] = reference.translated
    app.jinja_env.globals["survey_nav"] = campaign_pages.survey_nav
    entry = navigation.NavigationEntry(
        "partnership",
        "surveys.index",
        _l("Surveys and matching"),
        "clipboard-data",
        40,
        shown=is_insider,
        also=("surveys.",),
    )
    navigation.add_entry(entry)
    for kind, names in (("survey_campaign", _campaign_names), ("matching_run", _run_names)):
        partnerships.add_history(kind, partnerships.Told(names, partial(_machine, kind), ROLE_NAMES))
    navigation.add_section("partnership", navigation.Panel("surveys/_public_panel.html", public_pages.panel, 50))
