"""Front-end libraries and icons, served from node_modules through a list of what may leave it."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, send_from_directory, url_for
from markupsafe import Markup, escape

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


@lru_cache(maxsize=512)
def _static_version(path: Path, _mtime: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def init_app(app: Flask) -> None:
    """Register the route and the template globals `asset`, `icon` and `static_file`."""
    app.register_blueprint(blueprint)

    def static_file(name: str) -> str:
        path = Path(app.static_folder or "") / name
        return url_for("static", filename=name, v=_static_version(path, path.stat().st_mtime_ns))

    app.jinja_env.globals.update(asset=asset, icon=icon, static_file=static_file, escape=escape)
