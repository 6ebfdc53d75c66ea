"""Scheduling runs: start, stop, do the work, keep what came out.

A run is worked on outside any long transaction: `prepare` and `finish` are short units of work, the engine runs
between them. Whoever calls commits after each.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit, jobs, live
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.core.models import Job, JobState
from app.events.models import Event
from app.events.queries import slots_of
from app.timetables import engine
from app.timetables.changes import lock_event
from app.timetables.exchange import schedule_of
from app.timetables.models import RunState, SchedulingRun
from app.timetables.options import Mode, RunOptions
from app.timetables.problem import build_problem
from app.timetables.queries import LIVE_RUN_STATES, published_timetable, running
from app.timetables.services.drafts import draft_from_run

JOB_KIND = "timetables.solve"
LastWord = Callable[[Session, SchedulingRun], None]


def start_run(session: Session, event: Event, options: RunOptions, actor: User | None, clock: Clock) -> SchedulingRun:
    """Queue a run for the worker. Raises Conflict while another one of the event is under way, Invalid when there
    is nothing to schedule yet."""
    lock_event(session, event)
    other = running(session, event.id)
    if other is not None:
        raise Conflict(_("Run %(number)s of this event is still under way. Wait for it or stop it.", number=other.id))
    bury_dead(session, event, clock)
    run = new_run(session, event, options, actor, clock)
    run.job_id = jobs.enqueue(session, JOB_KIND, {"run": run.id}, clock, priority=5).id
    session.flush()
    announce(session, run, clock)
    return run


def new_run(session: Session, event: Event, options: RunOptions, actor: User | None, clock: Clock) -> SchedulingRun:
    """A run that keeps all it takes to repeat it. Raises Invalid when there is nothing to schedule."""
    options = _at_this_moment(session, event, options.checked(), clock)
    problem = build_problem(session, event, replace(options.problem, now=clock()))
    need_something(problem)
    baseline = _baseline(session, event, problem)
    if options.mode is not Mode.FRESH and baseline is None:
        raise Invalid(_("There is no published timetable to start from yet. Start a fresh run."), field="mode")
    run = SchedulingRun(
        event_id=event.id,
        state=RunState.QUEUED,
        options=options.to_json(),
        seed=options.seed,
        engine_version=engine.VERSION,
        problem=json.dumps(problem),
        baseline=None if baseline is None else json.dumps(baseline),
        requests=len(problem["requests"]),
        measures={},
        points=[],
        created_at=clock(),
        created_by_id=actor.id if actor else None,
    )
    session.add(run)
    session.flush()
    audit.record(
        session,
        clock,
        actor_id=actor.id if actor else None,
        action="run.start",
        subject_kind="scheduling_run",
        subject_id=run.id,
        event_id=event.id,
        detail=options.to_json(),
    )
    return run


def _at_this_moment(session: Session, event: Event, options: RunOptions, clock: Clock) -> RunOptions:
    """The options with the first slot that has not begun. Raises Invalid when all of them have."""
    if options.mode is Mode.FRESH:
        return options
    slots = [slot for slot in slots_of(session, event.id) if slot.is_open]
    coming = [slot for slot in slots if slot.starts_at > clock()]
    if slots and not coming:
        raise Invalid(_("The last slot has begun; there is nothing left to plan."), field="mode")
    return replace(options, first_slot=coming[0].key if len(coming) < len(slots) else None)


def _baseline(session: Session, event: Event, problem: engine.Row) -> engine.Row | None:
    """The published timetable as a schedule, None while there is none."""
    published = published_timetable(session, event.id)
    return None if published is None else schedule_of(session, event, published, problem) | {"bound": None}


def need_something(problem: engine.Row) -> None:
    """Raises Invalid that says which part is missing and where to mend it."""
    if not problem["slots"]:
        raise Invalid(_("The event has no open slots yet. Set up its days first."))
    if not problem["tables"]:
        raise Invalid(_("The event has no open tables yet. Set up its tables first."))
    if not problem["requests"]:
        raise Invalid(_("There are no accepted requests between approved participants yet, so nothing to schedule."))


def stop_run(session: Session, run: SchedulingRun, actor: User | None, clock: Clock) -> None:
    """Ask a run to stop. One that is working ends within seconds and keeps the best schedule it has found."""
    session.refresh(run, with_for_update=True)
    if run.state not in LIVE_RUN_STATES:
        raise Conflict(_("This run is over already."))
    if run.job_id is not None:
        jobs.cancel(session, run.job_id, clock())
    job = session.get(Job, run.job_id) if run.job_id is not None else None
    if job is None or job.state is not JobState.RUNNING:
        run.state, run.finished_at = RunState.STOPPED, clock()
    audit.record(
        session,
        clock,
        actor_id=actor.id if actor else None,
        action="run.stop",
        subject_kind="scheduling_run",
        subject_id=run.id,
        event_id=run.event_id,
    )
    session.flush()
    announce(session, run, clock)


def begin(session: Session, run: SchedulingRun, clock: Clock) -> bool:
    """Take up a run, afresh if a worker died over it; False when it was stopped or finished meanwhile."""
    session.refresh(run, with_for_update=True)
    if run.state not in LIVE_RUN_STATES:
        return False
    run.state, run.started_at = RunState.RUNNING, clock()
    run.points, run.error, run.engine_version = [], None, engine.VERSION
    run.value = run.bound = run.placed = None
    session.flush()
    announce(session, run, clock)
    return True


def work(
    run: SchedulingRun,
    progress: Callable[[engine.Point], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> engine.Outcome:
    """Let the engine work on a run's own problem with its own options; touches no database."""
    options = RunOptions.from_json(run.options)
    problem, baseline = json.loads(run.problem or "{}"), json.loads(run.baseline or "null")
    goals = tuple((goal.name, goal.tolerance) for goal in options.goals)
    orders = engine.Orders(options.time_limit, options.workers, run.seed, goals)
    told: dict[str, Any] = {"orders": orders, "progress": progress, "should_stop": should_stop, "baseline": baseline}
    if options.mode is Mode.FRESH:
        return engine.solve(problem, **told)
    most = 0 if options.mode is Mode.FILL else None
    return engine.replan(problem, **told, first_slot=options.first_slot, max_moves=most)


def note_point(session: Session, run: SchedulingRun, points: list[engine.Point], clock: Clock) -> None:
    """Store progress and tell the pages that watch."""
    run.points = [*run.points, *(point.to_row() for point in points)]
    run.value, run.bound, run.placed = points[-1].value, points[-1].bound, points[-1].placed
    run.measures = {**run.measures, "breaks": points[-1].breaks, "stage": points[-1].stage}
    session.flush()
    announce(session, run, clock)


def finish(
    session: Session,
    run: SchedulingRun,
    outcome: engine.Outcome,
    clock: Clock,
    *,
    stopped: bool = False,
    points: Sequence[engine.Point] = (),
) -> None:
    """Keep a run's schedule and measures, and make it the draft. `points`: progress that was not stored so far."""
    run.state, run.finished_at = RunState.STOPPED if stopped else RunState.FINISHED, clock()
    run.schedule = json.dumps(outcome.schedule)
    run.value, run.bound, run.placed = outcome.value, outcome.bound, outcome.placed
    run.measures = {**outcome.measures, "optimal": outcome.optimal, "changes": outcome.changes}
    if run.baseline:
        run.measures["moved"] = _moved(json.loads(run.baseline), outcome.schedule)
    seconds = (run.finished_at - (run.started_at or run.finished_at)).total_seconds()
    last = engine.Point(seconds, outcome.value, outcome.bound, outcome.measures["breaks"], outcome.placed)
    run.points = [*run.points, *(point.to_row() for point in (*points, last))]
    session.flush()
    actor = session.get(User, run.created_by_id) if run.created_by_id is not None else None
    draft_from_run(session, run, actor, clock)
    announce(session, run, clock)


def _moved(baseline: engine.Row, schedule: engine.Row) -> int:
    """How many published meetings are not held at their time and table with their people any more."""

    def places(rows: list[engine.Row]) -> dict[str, tuple[str, str, tuple[str, ...]]]:
        return {row["request"]: (row["slot"], row["table"], tuple(row["participants"])) for row in rows}

    now = places(schedule["meetings"])
    return sum(now.get(request) != place for request, place in places(baseline["meetings"]).items())


def fail(session: Session, run: SchedulingRun, sentence: str, clock: Clock) -> None:
    """Keep why a run came to nothing."""
    run.state, run.finished_at, run.error = RunState.FAILED, clock(), sentence
    session.flush()
    announce(session, run, clock)


def bury_dead(session: Session, event: Event, clock: Clock) -> None:
    """Mark runs whose job ended without them (a worker that died twice) as failed."""
    dead = session.scalars(
        select(SchedulingRun)
        .outerjoin(Job, Job.id == SchedulingRun.job_id)
        .where(SchedulingRun.event_id == event.id, SchedulingRun.state.in_(LIVE_RUN_STATES))
        .where(Job.id.is_(None) | Job.state.not_in([JobState.QUEUED, JobState.RUNNING]))
    ).all()
    for run in dead:
        fail(session, run, _("The worker stopped before the run was over. Start it again."), clock)


def solve_now(
    session: Session,
    event: Event,
    options: RunOptions | None = None,
    progress: Callable[[engine.Point], None] | None = None,
    *,
    clock: Clock,
    actor: User | None = None,
) -> SchedulingRun:
    """Do a whole run here and now, for commands: the caller's transaction stays open while the engine works."""
    run = new_run(session, event, replace(options or RunOptions()), actor, clock)
    begin(session, run, clock)
    points: list[engine.Point] = []

    def keep(point: engine.Point) -> None:
        points.append(point)
        if progress is not None:
            progress(point)

    outcome = work(run, keep)
    finish(session, run, outcome, clock, points=points)
    return run


def announce(session: Session, run: SchedulingRun, clock: Clock) -> None:
    """Tell the organisers' pages and later features how a run stands."""
    live.announce(session, clock, f"organisers:{run.event_id}", "run:progress", summary(run))


def summary(run: SchedulingRun) -> dict[str, object]:
    """How a run stands, as pages get it; `points` counts the points there are, `point` is the newest."""
    return {
        "run": run.id,
        "state": run.state.value,
        "value": run.value,
        "bound": run.bound,
        "gap": run.gap,
        "placed": run.placed,
        "requests": run.requests,
        "breaks": run.measures.get("breaks"),
        "points": len(run.points),
        "point": run.points[-1] if run.points else None,
        "error": run.error,
    }
