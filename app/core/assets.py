"""Front-end libraries and icons, served from node_modules through a list of what may leave it."""

import hashlib
import re
from functools import lru_cache

from flask import Blueprint, Flask, Response, abort, send_from_directory, url_for
from markupsafe import Markup

from app.core.guard import guarded, public
from config import ROOT

NODE_MODULES = ROOT / "node_modules"
SERVED = (
    "bootstrap/dist/",
    "htmx.org/dist/",
    "socket.io-client/dist/",
    "chart.js/dist/",
    "@kurkle/color/dist/",
    "@fontsource-variable/inter/",
)
STATIC = ROOT / "app" / "static"
ICONS = NODE_MODULES / "bootstrap-icons" / "icons"
YEAR = 365 * 24 * 3600

blueprint = Blueprint("assets", __name__)


@blueprint.get("/assets/<version>/<path:path>", endpoint="file")
@guarded(public)
def asset_file(version: str, path: str) -> Response:
    """A file of a front-end library; the version in the address lets browsers keep it for good."""
    if not path.startswith(SERVED) or ".." in path:
        abort(404)
    response = send_from_directory(NODE_MODULES, path, max_age=YEAR)
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


@lru_cache(maxsize=256)
def lock_version() -> str:
    """A short hash of the lock file: it changes exactly when a library does."""
    return hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()[:12]


def asset(path: str) -> str:
    """The address of a library's file, e.g. asset('bootstrap/dist/css/bootstrap.min.css')."""
    if not path.startswith(SERVED):
        raise ValueError(f"{path} is not on the list of served libraries")
    return url_for("assets.file", version=lock_version(), path=path)


@lru_cache(maxsize=512)
def _svg_body(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]+", name):
        raise ValueError(f"no icon name: {name}")
    text = (ICONS / f"{name}.svg").read_text(encoding="utf-8")
    return text[text.index(">") + 1 : text.rindex("</svg>")].strip()


def icon(name: str, label: str | None = None, size: int | None = None) -> Markup:
    """Inline SVG of a Bootstrap icon; hidden from screen readers unless it carries a label."""
    edge = size or 16
    spoken = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup(
        '<svg class="icon" width="{0}" height="{0}" viewBox="0 0 16 16" fill="currentColor" {1}>{2}</svg>'
    ).format(edge, spoken, Markup(_svg_body(name)))


@lru_cache(maxsize=1)
def static_version() -> str:
    """A short hash of our own static files, as they were at the start of the process."""
    digest = hashlib.sha256()
    for path in sorted(p for p in STATIC.rglob("*") if p.is_file()):
        digest.update(path.relative_to(STATIC).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def init_app(app: Flask) -> None:
    """Register the route and the template globals `asset` and `icon`."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(asset=asset, icon=icon)
