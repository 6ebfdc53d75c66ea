"""Pages of open data."""

import json
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, render_template
from flask_babel import gettext as _

from app.core.database import session
from app.core.errors import NotFound
from app.core.guard import guarded, public
from app.core.tables import CSV_TYPE, Sheet, write_csv
from app.projects import open_data

blueprint = Blueprint("open_data", __name__, url_prefix="/open-data")


def _address() -> str:
    return f"{current_app.extensions['settings'].public_url}/open-data"


@blueprint.get("/")
@guarded(public)
def index() -> str:
    """What there is to download."""
    sizes = {row.key: len(row.rows(session())) for row in open_data.DATASETS}
    return render_template("projects/open_data.html", datasets=open_data.DATASETS, sizes=sizes)


@blueprint.get("/catalogue.jsonld")
@guarded(public)
def catalogue() -> Response:
    """The catalogue in DCAT-AP 3."""
    publisher = urlsplit(_address()).hostname or "Meetwright"
    text = json.dumps(open_data.catalogue(_address(), publisher), ensure_ascii=False, indent=2)
    return Response(text, content_type="application/ld+json; charset=utf-8")


@blueprint.get("/<key>.<any(csv, json):suffix>")
@guarded(public)
def file(key: str, suffix: str) -> Response:
    """One dataset."""
    found = open_data.dataset(key)
    if found is None:
        raise NotFound(_("There is no such dataset."))
    if suffix == "csv":
        sheet = Sheet(key, found.columns, found.rows(session()))
        headers = {"Content-Disposition": f'attachment; filename="{key}.csv"'}
        return Response(write_csv(sheet), content_type=CSV_TYPE, headers=headers)
    text = json.dumps(open_data.records(found, session()), ensure_ascii=False, indent=2)
    return Response(text, content_type="application/json; charset=utf-8")
