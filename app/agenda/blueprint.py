"""The blueprint that agenda pages, calendar files, programme and screen share."""

from datetime import datetime

from flask import Blueprint, current_app

blueprint = Blueprint("agenda", __name__)


def now() -> datetime:
    """The application's time."""
    moment: datetime = current_app.extensions["clock"]()
    return moment
