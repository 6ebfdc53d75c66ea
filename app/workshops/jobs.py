"""Background work of workshops: reminders of follow-ups."""

from flask import current_app

from app.core import jobs
from app.core.database import database
from app.workshops import reminding


@jobs.job(reminding.REMIND)
def remind(_context: jobs.JobContext) -> None:
    """Tell what is due, and come back while anything waits."""
    clock = current_app.extensions["clock"]
    with database().open() as session:
        reminding.remind_due(session, clock)
        if reminding.anything_to_tell(session, clock):
            jobs.enqueue(session, reminding.REMIND, {}, clock, delay=reminding.REMIND_EVERY, once=True)
        session.commit()
