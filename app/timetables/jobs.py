"""Background work of timetables: one job does one scheduling run."""

import time

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.core.clock import system_clock
from app.core.database import database
from app.core.errors import AppError
from app.core.jobs import JobContext, before_work, job
from app.core.models import Job
from app.timetables import engine
from app.timetables.models import SchedulingRun
from app.timetables.services import relief, runs

SECONDS_BETWEEN_UPDATES = 0.25


@before_work
def load_engine() -> None:
    """Load the solver before somebody waits for it."""
    engine.load()


@job(runs.JOB_KIND)
def solve(context: JobContext) -> None:
    """Do the run named in the payload. A run taken up again after a worker died starts afresh from its problem."""
    run_id = int(context.payload["run"])
    with database().open() as session:
        run = session.get(SchedulingRun, run_id)
        if run is None or not runs.begin(session, run, system_clock):
            return
        session.commit()
        session.expunge(run)
    watcher = _Watcher(context, run_id)
    try:
        outcome = runs.work(run, watcher.note, lambda: context.should_stop)
    except AppError as error:
        message = error.message
        watcher.close(lambda session, mine: runs.fail(session, mine, message, system_clock))
        return
    except Exception:
        current_app.logger.exception("run %s failed", run_id)
        sentence = _("The engine failed. The problem is kept with the run; please report it.")
        watcher.close(lambda session, mine: runs.fail(session, mine, sentence, system_clock))
        raise
    watcher.close(lambda session, mine: runs.finish(session, mine, outcome, system_clock, stopped=context.should_stop))


@job(relief.JOB_KIND)
def find_help(context: JobContext) -> None:
    """Try out what would help one request without a meeting; the answer stands with the request."""
    row_id = int(context.payload["unplaced"])
    with database().open(read_only=True) as session:
        question = relief.question(session, row_id)
    found = [] if question is None else relief.answer(question)
    with database().open() as session:
        relief.keep(session, row_id, found, system_clock)
        session.commit()


class _Watcher:
    """Writes a run's progress, a few times a second at most, and only while the job is still ours."""

    def __init__(self, context: JobContext, run_id: int) -> None:
        self.context, self.run_id = context, run_id
        self.waiting: list[engine.Point] = []
        self.told = 0.0

    def note(self, point: engine.Point) -> None:
        """Take a step of the engine."""
        self.waiting.append(point)
        if time.monotonic() - self.told >= SECONDS_BETWEEN_UPDATES:
            self._write(lambda _session, _run: None)

    def close(self, last: runs.LastWord) -> None:
        """Write what is left, and the run's end, in one transaction."""
        self._write(last)

    def _write(self, also: runs.LastWord) -> None:
        with database().open() as session:
            run = self._ours(session)
            if run is not None:
                if self.waiting:
                    runs.note_point(session, run, self.waiting, system_clock)
                also(session, run)
                session.commit()
        self.waiting, self.told = [], time.monotonic()

    def _ours(self, session: Session) -> SchedulingRun | None:
        """The run, unless another worker has taken over the job since."""
        job_row = session.get(Job, self.context.job_id, with_for_update=True)
        if job_row is None or job_row.attempts != self.context.attempt:
            return None
        return session.get(SchedulingRun, self.run_id)
