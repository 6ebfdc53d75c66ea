"""Imports every table, so that the metadata is complete for migrations and mappers."""

from app.accounts import models as accounts
from app.agenda import models as agenda
from app.core import models as core
from app.events import models as events
from app.marketplace import models as marketplace
from app.matching import models as matching
from app.meetings import models as meetings
from app.organisations import models as organisations
from app.partnerships import dossier_models as dossiers
from app.partnerships import models as partnerships
from app.registrations import models as registrations
from app.surveys import models as surveys
from app.timetables import models as timetables

__all__ = [
    "accounts",
    "agenda",
    "core",
    "dossiers",
    "events",
    "marketplace",
    "matching",
    "meetings",
    "organisations",
    "partnerships",
    "registrations",
    "surveys",
    "timetables",
]
