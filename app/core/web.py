"""What every request goes through: unit of work, guard, security headers, one place for errors."""

import logging
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from app.core import database, guard, live, uploads
from app.core.errors import AppError, Conflict, ImportRefused, SignInNeeded

log = logging.getLogger(__name__)

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def init_app(app: Flask) -> None:
    """Wire the request cycle into the application."""
    guard.guard_framework_views(app)
    app.before_request(_open_unit)
    app.before_request(guard.check_request)
    uploads.init_app(app)
    app.after_request(_close_unit)
    app.after_request(_set_headers)
    app.teardown_appcontext(database.close_unit)
    app.register_error_handler(AppError, _app_error)
    app.register_error_handler(IntegrityError, _integrity_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _open_unit() -> None:
    g.read_only_unit = request.method in SAFE_METHODS


def _close_unit(response: Response) -> Response:
    """Commit when all went well; whatever answered with an error leaves nothing behind."""
    if response.status_code < HTTPStatus.BAD_REQUEST:
        database.commit_unit()
        live.relay_after_commit(current_app)
    else:
        database.roll_back_unit()
    return response


def _set_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.extensions["settings"].secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if "Cache-Control" not in response.headers and request.endpoint not in {"static", "assets"}:
        response.headers["Cache-Control"] = "no-store"
    return response


def wants_json() -> bool:
    """True when the caller is a program rather than a person in front of a page."""
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best is not None and best != "text/html"


def problem(status: int, code: str, detail: str, **more: Any) -> Response:
    """An RFC 9457 problem document."""
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "code": code}
    response = jsonify({**document, "detail": detail, **more})
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def _answer(status: int, code: str, detail: str, **more: Any) -> BaseResponse:
    database.roll_back_unit()
    if wants_json():
        return problem(status, code, detail, **more)
    page = render_template("errors/error.html", status=status, code=code, message=detail, **more)
    return Response(page, status=status)


def _app_error(error: AppError) -> BaseResponse:
    if isinstance(error, SignInNeeded) and not wants_json() and request.method in SAFE_METHODS:
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
    more: dict[str, Any] = {}
    if isinstance(error, ImportRefused):
        more["cells"] = [asdict(c) for c in error.cells]
    return _answer(error.status, error.code, error.message, **more)


def _integrity_error(error: IntegrityError) -> BaseResponse:
    """The last line of defence: the database refused, so somebody was faster."""
    log.warning("refused by the database: %s", error.orig)
    return _answer(
        Conflict.status,
        "refused_by_database",
        _("Somebody else changed this at the same moment. Nothing of yours was saved; look again and repeat it."),
    )


def _csrf_error(_error: CSRFError) -> BaseResponse:
    return _answer(
        400, "form_expired", _("This form was open for too long. Go back, reload the page and send it again.")
    )


def _http_error(error: HTTPException) -> BaseResponse:
    status = error.code or 500
    if status < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    sentences = {
        404: _("There is no page at this address."),
        405: _("This address does not answer that kind of request."),
        413: _too_large(),
        429: _too_many(error),
    }
    return _answer(status, HTTPStatus(status).name.lower(), sentences.get(status, error.description or error.name))


def _too_large() -> str:
    """What to say about a request that was cut off: its file, or its text, is too large."""
    if (request.content_length or 0) > int(current_app.config["MAX_CONTENT_LENGTH"]):
        return uploads.too_large_words(current_app.extensions["settings"].upload_bytes)
    return str(_("The text of this form is too long. Shorten it and send it again."))


def _too_many(error: HTTPException) -> str:
    """The limit's own words, where it has some."""
    if isinstance(error, RateLimitExceeded) and error.limit.error_message:
        return str(error.description)
    return str(_("Too many requests. Wait a minute and try again."))


def _unexpected(error: Exception) -> BaseResponse:
    if current_app.testing or current_app.debug:
        raise error
    log.exception("unexpected error at %s", request.path)
    return _answer(500, "internal_error", _("Something went wrong on our side. Nothing was saved."))
