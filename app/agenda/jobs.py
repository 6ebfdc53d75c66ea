"""Background work of agendas."""

from flask import current_app

from app.agenda import mails
from app.core.jobs import JobContext, job
from app.events.models import Event

MAIL_NEWS = "agenda.mail_news"


@job(MAIL_NEWS)
def mail_news(context: JobContext) -> None:
    """Mail what one revision of the timetable changed; all mails are written in one transaction."""
    with current_app.extensions["database"].open() as session:
        event = session.get(Event, context.payload["event_id"])
        if event is not None:
            mails.send_news(session, event, context.payload["revision"], current_app.extensions["clock"])
        session.commit()
