"""`flask events import-b2b`, `export-problem`, `export-schedule`: commands on the scheduling of an event."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.core.database import database
from app.core.errors import AppError
from app.events.models import Event
from app.events.queries import event_by_slug
from app.timetables import engine
from app.timetables.b2b import import_instance, read_instance
from app.timetables.exchange import schedule_of, write_json
from app.timetables.models import SchedulingRun
from app.timetables.options import RunOptions
from app.timetables.problem import build_problem
from app.timetables.queries import draft_timetable, published_timetable
from app.timetables.services import runs

OUTPUT = click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="The file to write.",
)


def init_app(app: Flask) -> None:
    """Add the commands to the group of events."""
    group = app.cli.commands["events"]
    assert isinstance(group, AppGroup)
    for command in (import_b2b, schedule, export_problem, export_schedule):
        group.add_command(command)


@click.command("import-b2b")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--slug", required=True, help="Short name of the new event.")
@click.option("--schedule", "solve", is_flag=True, help="Schedule it at once and make the result its draft.")
@click.option("--time-limit", type=click.FloatRange(1, 3600), default=60.0, show_default=True, help="Seconds.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@with_appcontext
def import_b2b(file: Path, slug: str, solve: bool, time_limit: float, workers: int, seed: int) -> None:
    """Make an event out of an instance of the published benchmark (.dzn)."""
    with _unit() as session:
        event = import_instance(session, read_instance(file), slug, _clock())
        counts = build_problem(session, event)
    people, wanted = len(counts["participants"]), len(counts["requests"])
    click.echo(f"{slug}: {people} participants, {wanted} accepted requests")
    if solve:
        _solve(slug, RunOptions(time_limit=time_limit, workers=workers, seed=seed))


@click.command("schedule")
@click.argument("slug")
@click.option("--time-limit", type=click.FloatRange(1, 3600), default=60.0, show_default=True, help="Seconds.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@with_appcontext
def schedule(slug: str, time_limit: float, workers: int, seed: int) -> None:
    """Schedule an event here and now and make the result its draft."""
    _solve(slug, RunOptions(time_limit=time_limit, workers=workers, seed=seed))


@click.command("export-problem")
@click.argument("slug")
@OUTPUT
@with_appcontext
def export_problem(slug: str, output: Path) -> None:
    """Write an event as a problem of the exchange format."""
    with _unit(read_only=True) as session:
        _write(output, build_problem(session, _event(session, slug)))


@click.command("export-schedule")
@click.argument("slug")
@OUTPUT
@with_appcontext
def export_schedule(slug: str, output: Path) -> None:
    """Write an event's published timetable, else its draft, as a schedule of the exchange format."""
    with _unit(read_only=True) as session:
        event = _event(session, slug)
        timetable = published_timetable(session, event.id) or draft_timetable(session, event.id)
        if timetable is None:
            raise click.ClickException(
                f"The event {slug} has no timetable yet. `flask events schedule {slug}` makes one."
            )
        _write(output, schedule_of(session, event, timetable, build_problem(session, event)))


def _solve(slug: str, options: RunOptions) -> None:
    """A run in three short units of work: nobody waits for the database while the engine works."""
    with _unit() as session:
        run = runs.new_run(session, _event(session, slug), options, None, _clock())
        runs.begin(session, run, _clock())
    points: list[engine.Point] = []

    def note(point: engine.Point) -> None:
        points.append(point)
        _tell(point)

    try:
        outcome = runs.work(run, note)
    except AppError as error:
        with _unit() as session:
            runs.fail(session, session.get_one(SchedulingRun, run.id), error.message, _clock())
        raise click.ClickException(error.message) from error
    with _unit() as session:
        done = session.get_one(SchedulingRun, run.id)
        runs.finish(session, done, outcome, _clock(), points=points)
        gap = f"{100 * (done.gap or 0):.2f} %"
        click.echo(
            f"{slug}: placed {done.placed} of {done.requests}, value {done.value}, bound {done.bound}, gap {gap}, "
            f"breaks {done.measures['breaks']}"
        )


def _tell(point: engine.Point) -> None:
    click.echo(
        f"{point.seconds:8.1f} s  value {point.value}  bound {point.bound}"
        f"  placed {point.placed}  breaks {point.breaks}",
        err=True,
    )


@contextmanager
def _unit(*, read_only: bool = False) -> Iterator[Session]:
    """One unit of work; an error for the user becomes one line on the terminal."""
    with database().open(read_only=read_only) as session:
        try:
            yield session
            session.commit()
        except AppError as error:
            raise click.ClickException(error.message) from error


def _event(session: Session, slug: str) -> Event:
    event = event_by_slug(session, slug)
    if event is None:
        raise click.ClickException(f"There is no event {slug}.")
    return event


def _write(output: Path, document: engine.Row) -> None:
    try:
        write_json(output, document)
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}.") from error
    click.echo(f"Wrote {output}")


def _clock() -> Clock:
    clock: Clock = current_app.extensions["clock"]
    return clock
