"""The blueprint of the event pages; `views` and `setup_pages` hang their pages on it."""

from flask import Blueprint

blueprint = Blueprint("events", __name__, url_prefix="/events")
