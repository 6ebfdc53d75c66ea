"""Entry point of the pages: gathers them and adds their navigation."""

from flask import Flask, g
from flask_babel import lazy_gettext as _l

from app.accounts.policy import signed_in_user
from app.core import navigation
from app.core.database import session
from app.organisations import reference
from app.partnerships import queries as partnerships
from app.surveys import answer_pages, campaign_pages, exchange_pages, public_pages, response_pages, run_pages
from app.surveys.blueprint import answering, blueprint

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
    navigation.add_section("partnership", navigation.Panel("surveys/_public_panel.html", public_pages.panel, 50))
