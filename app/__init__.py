"""Meetwright: builds the application out of its features."""

from flask import Flask
from flask_babel import Babel
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from app import features, i18n, shell
from app import models as models
from app.core import assets, live, navigation, uploads, web
from app.core.clock import system_clock
from app.core.database import Database
from app.core.limits import limiter
from config import Settings, load_settings

csrf = CSRFProtect()
login_manager = LoginManager()
babel = Babel()


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application. Without `settings` they are loaded; a wrong one raises SettingsError."""
    settings = settings or load_settings()
    # The version is part of the address, so that relative imports of ES modules carry it too.
    app = Flask(__name__, static_url_path=f"/static/{assets.static_version()}", static_folder="static")
    app.extensions["settings"] = settings
    app.extensions["clock"] = system_clock
    app.extensions["database"] = Database(settings.database_url)
    _configure(app, settings)
    csrf.init_app(app)
    login_manager.init_app(app)
    app.extensions["login_manager"] = login_manager
    login_manager.session_protection = None  # sessions end by epoch and age; a changing network is no attack
    babel.init_app(app, locale_selector=i18n.choose_language, timezone_selector=i18n.choose_time_zone)
    limiter.init_app(app)
    live.socketio.init_app(
        app,
        async_mode="gevent" if app.config["SERVES_SOCKETS"] else "threading",
        message_queue=settings.redis_url,
        cors_allowed_origins=live.own_origin(settings.public_url),
        max_http_buffer_size=64 * 1024,
        manage_session=False,
    )
    assets.init_app(app)
    web.init_app(app)
    i18n.init_app(app)
    navigation.init_app(app)
    shell.init_app(app)
    features.register(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.upload_bytes + uploads.ROOM_FOR_FIELDS,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_NAME="__Host-meetwright" if settings.secure else "meetwright",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=settings.session_hours * 3600,
        SESSION_REFRESH_EACH_REQUEST=False,
        SEND_FILE_MAX_AGE_DEFAULT=365 * 24 * 3600,
        BABEL_DEFAULT_LOCALE="en",
        RATELIMIT_ENABLED=settings.rate_limits,
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        WTF_CSRF_TIME_LIMIT=settings.session_hours * 3600,
        SERVES_SOCKETS=_runs_on_gevent(),
    )


def _runs_on_gevent() -> bool:
    """True in a process whose sockets were patched by gevent before anything else, i.e. the web server."""
    from gevent import monkey

    return bool(monkey.is_module_patched("socket"))
