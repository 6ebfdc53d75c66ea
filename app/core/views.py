"""The one way to a stored document."""

import io
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, send_file

from app.core import files
from app.core.database import session
from app.core.guard import Policy, guarded

blueprint = Blueprint("files", __name__)


def _check(values: Mapping[str, Any]) -> None:
    files.check_readable(int(values["number"]), session())


document_readable = Policy("document readable", _check)
"""Whoever the feature that owns the document lets read it."""


@blueprint.get("/documents/<int:number>")
@guarded(document_readable)
def document(number: int) -> Response:
    """Download a document: always as a file, never shown inside a page of this site."""
    stored = files.check_readable(number, session())
    content = io.BytesIO(files.path_of(stored).read_bytes())
    response = send_file(content, mimetype=stored.media_type, as_attachment=True, download_name=stored.name, etag=False)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
