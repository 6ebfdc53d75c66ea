"""The blueprint of the timetable pages; the page modules hang their views on it."""

from flask import Blueprint

blueprint = Blueprint("timetables", __name__, url_prefix="/events/<slug>/organise")
