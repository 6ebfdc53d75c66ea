"""Background work of surveys: reminders, and the end of surveys whose last day has passed."""

from flask import current_app
from sqlalchemy import select

from app.core import jobs
from app.core.database import database
from app.surveys import services
from app.surveys.models import SurveyCampaign
from app.surveys.process import OPEN
from app.surveys.services.campaigns import UPKEEP, UPKEEP_PAUSE


@jobs.job(UPKEEP)
def keep_up(_context: jobs.JobContext) -> None:
    """Remind who is due, close what is over, and come back while a survey is open."""
    clock = current_app.extensions["clock"]
    with database().open() as session:
        services.remind_due(session, clock)
        services.close_overdue(session, clock, clock().date())
        if session.scalars(select(SurveyCampaign.id).where(SurveyCampaign.state == OPEN).limit(1)).first():
            jobs.enqueue(session, UPKEEP, {}, clock, delay=UPKEEP_PAUSE, once=True)
        session.commit()
