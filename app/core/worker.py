"""The worker process: takes jobs, runs them, sends mail. Any number may run against one database.

`python -m app.core.worker` runs one until it is told to stop.
"""

import logging
import os
import signal
import socket
import threading
import traceback
from types import FrameType

from flask import Flask
from sqlalchemy.exc import OperationalError

from app.core import jobs, live, mail
from app.core.clock import system_clock
from app.core.database import Database
from app.core.models import JobState

log = logging.getLogger(__name__)
POLL_SECONDS = 0.1


class Worker:
    """Runs jobs of one application one after the other; a thread of its own renews the lease."""

    def __init__(self, app: Flask, name: str | None = None) -> None:
        self.app = app
        self.name = name or f"{socket.gethostname()}:{os.getpid()}"
        self.database: Database = app.extensions["database"]
        self.stopping = threading.Event()

    def run_forever(self) -> None:
        """Work until `stopping` is set; an idle worker looks for work ten times a second."""
        threading.Thread(target=self._warm_up, daemon=True).start()
        while not self.stopping.is_set():
            try:
                worked = self.run_one()
                with self.app.app_context():
                    worked = bool(mail.send_due(self.database, self.app.extensions["settings"])) or worked
                    live.relay(self.app, min_age_seconds=1.0)
            except OperationalError:
                log.exception("the database did not answer; trying again")
                self.stopping.wait(1.0)
                continue
            if not worked:
                self.stopping.wait(POLL_SECONDS)

    def _warm_up(self) -> None:
        for function in jobs.warm_ups():
            try:
                function()
            except Exception:
                log.exception("a warm-up failed; the job that needs it will say why")

    def run_one(self) -> bool:
        """Take and run one job; False when none is due."""
        with self.database.open() as session:
            row = jobs.take(session, self.name, system_clock())
            session.commit()
            if row is None or row.state is not JobState.RUNNING:
                return row is not None
            job_id, kind, attempt, payload = row.id, row.kind, row.attempts, row.payload
        context = jobs.JobContext(job_id, attempt, payload, report=lambda p: self._report(job_id, attempt, p))
        over = threading.Event()
        heart = threading.Thread(target=self._heartbeat, args=(context, over), daemon=True)
        heart.start()
        try:
            state, error = self._run(kind, context)
        finally:
            over.set()
            heart.join()
        with self.database.open() as session:
            if not jobs.finish(session, job_id, self.name, attempt, state, system_clock(), error):
                log.warning("job %s was taken over by another worker", job_id)
            session.commit()
        return True

    def _run(self, kind: str, context: jobs.JobContext) -> tuple[JobState, str | None]:
        function = jobs.function_of(kind)
        if function is None:
            return JobState.FAILED, f"no function for jobs of kind {kind}"
        try:
            with self.app.app_context():
                function(context)
        except Exception:
            log.exception("job %s (%s) failed", context.job_id, kind)
            return JobState.FAILED, traceback.format_exc(limit=8)
        return (JobState.CANCELLED if context.should_stop else JobState.DONE), None

    def _heartbeat(self, context: jobs.JobContext, over: threading.Event) -> None:
        while not over.wait(jobs.HEARTBEAT_SECONDS / 4):
            try:
                with self.database.open() as session:
                    asked = jobs.renew(session, context.job_id, self.name, context.attempt, system_clock())
                    session.commit()
            except OperationalError:
                log.warning("heartbeat of job %s failed; trying again", context.job_id)
                continue
            if asked is None or asked:
                context.stop.set()

    def _report(self, job_id: int, attempt: int, progress: dict[str, object]) -> None:
        with self.database.open() as session:
            jobs.report(session, job_id, self.name, attempt, progress)
            session.commit()


def main() -> None:
    """Entry point of the worker process."""
    from app import create_app

    worker = Worker(create_app())

    def stop(_signal: int, _frame: FrameType | None) -> None:
        worker.stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    worker.run_forever()


if __name__ == "__main__":
    main()
