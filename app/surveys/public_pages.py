"""The public page of a survey: what respondents opened to everybody."""

from typing import Any

from flask_babel import gettext as _

from app.core.database import session
from app.core.errors import NotFound
from app.core.guard import guarded
from app.partnerships.policy import current_partnership, partnership_visible
from app.surveys import queries
from app.surveys.blueprint import Page, blueprint, page
from app.surveys.public import PUBLISHED, public_parts
from app.surveys.suppression import MINIMUM


@blueprint.get("/<code>/public")
@guarded(partnership_visible)
def public(partnership: str, code: str) -> Page:
    """The parts that enough respondents opened to everybody, once the report is published."""
    campaign = queries.campaign_named(session(), current_partnership().id, code)
    if campaign.state != PUBLISHED:
        raise NotFound(_("This survey has not been published."))
    parts = public_parts(session(), campaign, queries.asked_of(session(), campaign, None))
    return page("public", campaign=campaign, parts=parts, minimum=MINIMUM)


def panel(partnership: Any) -> dict[str, Any] | None:
    """The published surveys of a partnership in which something is open to everybody."""
    published = [row for row in queries.campaigns_of(session(), partnership.id) if row.state == PUBLISHED]
    open_ones = [row for row in published if public_parts(session(), row, queries.asked_of(session(), row, None))]
    return {"campaigns": open_ones} if open_ones else None
