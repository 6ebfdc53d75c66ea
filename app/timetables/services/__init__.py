"""Writes on timetables. Every function works in the caller's transaction and never commits."""

from app.timetables.options import RunOptions
from app.timetables.services.drafts import draft_from_run
from app.timetables.services.moves import (
    cancel_meeting,
    move_meeting,
    pin_meeting,
    place_request,
    swap_meetings,
    unpin_meeting,
)
from app.timetables.services.overruns import extend_meeting
from app.timetables.services.publishing import PublishRefused, publish
from app.timetables.services.runs import solve_now, start_run, stop_run
from app.timetables.services.upkeep import drop_request

__all__ = [
    "PublishRefused",
    "RunOptions",
    "cancel_meeting",
    "draft_from_run",
    "drop_request",
    "extend_meeting",
    "move_meeting",
    "pin_meeting",
    "place_request",
    "publish",
    "solve_now",
    "start_run",
    "stop_run",
    "swap_meetings",
    "unpin_meeting",
]
