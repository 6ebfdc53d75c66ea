"""Background work of agendas."""

from flask import current_app

from app.agenda import mails
from app.core.jobs import JobContext, job
from app.events.models import Event

MAIL_NEWS = "agenda.mail_news"


@job(MAIL_NEWS)
def mail_news(context: JobContext) -> None:
    """Mail what one revision of the timetable changed; all mails are written in one transaction.

    They are composed on a reading session first: on SQLite a writer keeps all others waiting, and composing hundreds
    of mails with their calendars takes seconds.
    """
    database = current_app.extensions["database"]
    with database.open(read_only=True) as reading, reading.no_autoflush:
        event = reading.get(Event, context.payload["event_id"])
        if event is None:
            return
        mails.send_news(reading, event, context.payload["revision"], current_app.extensions["clock"])
        composed = list(reading.new)
        reading.expunge_all()
    with database.open() as session:
        session.add_all(composed)
        session.commit()
