"""Imports every table, so that the metadata is complete for migrations and mappers."""

from app.accounts import models as accounts
from app.agenda import models as agenda
from app.core import models as core
from app.events import models as events
from app.feedback import models as feedback
from app.marketplace import models as marketplace
from app.matching import models as matching
from app.meetings import models as meetings
from app.organisations import models as organisations
from app.partnerships import dossier_models as dossiers
from app.partnerships import models as partnerships
from app.projects import models as projects
from app.registrations import models as registrations
from app.surveys import models as surveys
from app.timetables import models as timetables
from app.workshops import models as workshops

__all__ = [
    "accounts",
    "agenda",
    "core",
    "dossiers",
    "events",
    "feedback",
    "marketplace",
    "matching",
    "meetings",
    "organisations",
    "partnerships",
    "projects",
    "registrations",
    "surveys",
    "timetables",
    "workshops",
]
