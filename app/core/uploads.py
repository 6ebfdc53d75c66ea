"""The border for files: a page that takes some says so, and each account sends so many in a while.

A file sent to any other page is refused before the page sees it, so that no way in is forgotten: what is not marked
does not work.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, g, has_request_context, request
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from app.core.errors import FileRefused
from app.core.limits import limiter

View = TypeVar("View", bound=Callable[..., Any])
PER_ACCOUNT = "30/minute;300/hour"
ROOM_FOR_FIELDS = 64 * 1024
"""How much a request may hold beside its file, in bytes."""


def _sender() -> str:
    """Whose uploads are counted: the account's, wherever it sits; an address while nobody is signed in."""
    return f"account {current_user.get_id()}" if current_user.is_authenticated else str(get_remote_address())


def _too_many() -> str:
    message = _("You have sent many files in a short time. Wait a minute and send this one again; nothing was kept.")
    return str(message)


def takes_files(view: View) -> View:
    """Mark a view as one that takes files. All such views share one limit for each account."""
    limit = limiter.shared_limit(
        PER_ACCOUNT, scope="uploads", key_func=_sender, methods=["POST"], error_message=_too_many
    )
    limited = cast(View, limit(view))
    limited.__dict__["takes_files"] = True
    return limited


def does_take_files(view: Callable[..., Any]) -> bool:
    """True for a view with the mark."""
    return bool(getattr(view, "takes_files", False))


def refused(message: str, status: int = HTTPStatus.UNPROCESSABLE_ENTITY) -> FileRefused:
    """The error to raise for a file. A page that shows it on its form answers with this status, too."""
    if has_request_context():
        g.file_refused = status
    return FileRefused(message, status)


def content_of(upload: FileStorage) -> bytes:
    """The content of a file that was sent. Raises FileRefused for more than this installation takes."""
    limit = int(current_app.extensions["settings"].upload_bytes)
    content: bytes = upload.stream.read(limit + 1)
    if len(content) > limit:
        raise too_large(limit)
    return content


def too_large(limit: int) -> FileRefused:
    """The error for a file of more than `limit` bytes."""
    return refused(too_large_words(limit), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def too_large_words(limit: int) -> str:
    """What to say about a file of more than `limit` bytes."""
    size = f"{limit / 1024 / 1024:.1f}".removesuffix(".0")
    return str(_("The file is larger than %(n)s MB. Make it smaller, or split it, and send it again.", n=size))


def init_app(app: Flask) -> None:
    """Wire the border into the application; after the guard, so that strangers learn nothing from it."""
    app.before_request(_refuse_unasked)
    app.after_request(_say_why)


def _refuse_unasked() -> None:
    if request.endpoint is None or request.mimetype != "multipart/form-data":
        return
    if does_take_files(current_app.view_functions[request.endpoint]):
        return
    if any(upload.filename for upload in request.files.values()):
        raise refused(_("This page takes no files; send the form without one."), HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def _say_why(response: Response) -> Response:
    """A form that came back because of its file says so in the status, as the error by itself would."""
    if response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY and "file_refused" in g:
        response.status_code = g.file_refused
    return response
