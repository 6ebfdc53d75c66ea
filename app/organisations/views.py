"""What forms ask while somebody types: organisations of a country, regions of a country."""

from flask import Blueprint, Response, render_template, request

from app.accounts.policy import signed_in
from app.core.database import session
from app.core.guard import guarded, public
from app.organisations import reference
from app.organisations.queries import organisation_named, organisations_like

blueprint = Blueprint("organisations", __name__, url_prefix="/organisations")


@blueprint.get("/suggestions")
@guarded(signed_in)
def suggestions() -> str:
    """Options for a datalist, and whether the name typed so far is known already."""
    country, text = request.args.get("country", ""), request.args.get("organisation", "")
    found = organisations_like(session(), text, country)
    known = organisation_named(session(), text, country) if text.strip() else None
    return render_template("organisations/_suggestions.html", found=found, known=known, text=text.strip())


@blueprint.get("/regions")
@guarded(public)
def regions() -> Response:
    """Options of the regions of a country."""
    country = request.args.get("country", "")
    entries = reference.regions_of(country, 2)
    response = Response(render_template("organisations/_regions.html", regions=entries, chosen=""))
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
