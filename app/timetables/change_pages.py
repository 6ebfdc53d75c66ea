"""Pages that change one meeting: look, move, swap, pin, cancel; and place a request by hand."""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.core.database import session
from app.core.errors import AppError, Invalid, NotFound
from app.core.guard import guarded
from app.events.models import MeetingTable, Slot
from app.events.policy import current_event, event_staff
from app.matching.queries import recommendation_between, told_reasons
from app.meetings.models import MeetingRequest
from app.meetings.queries import request_by_code
from app.timetables import queries, services
from app.timetables.blueprint import blueprint
from app.timetables.board import Board, load_board
from app.timetables.choices import choices_for
from app.timetables.forms import ActionForm, CancelForm, PlaceForm
from app.timetables.models import Meeting, Timetable, Unplaced
from app.timetables.obstacles import obstacles
from app.timetables.policy import is_organiser, may_change, need_change, timetable_changer

Page = str | Response | tuple[str, int]


def _page(name: str, status: int = 200, **context: Any) -> tuple[str, int]:
    """A page of its own, or only its middle for the drawer of the grid."""
    part = "HX-Request" in request.headers
    return render_template(f"timetables/{'_' if part else ''}{name}.html", **context), status


def _meeting(meeting_id: int) -> Meeting:
    return queries.meeting_in(session(), current_event(), meeting_id)


def _back(timetable: Timetable, slot: Slot | None) -> Response:
    """To the grid, on the day of the slot."""
    event, which = current_event(), timetable.state.value
    day = slot.day if slot else None
    return redirect(url_for("timetables.grid", slug=event.slug, which=which, day=day))


def _show(meeting: Meeting, error: str = "", status: int = 200, *, over: bool = False) -> Page:
    """The meeting's page; `over` after a refused extension, which an organiser can then have re-planned."""
    return _page(
        "meeting",
        status,
        meeting=meeting,
        timetable=meeting.timetable,
        request_=meeting.request,
        cancel_form=CancelForm(),
        action=ActionForm(),
        changeable=may_change(meeting.timetable),
        extendable=meeting.last_slot.ends_at > current_app.extensions["clock"](),
        why=_why(meeting.request),
        error=error,
        over=over,
        organiser=is_organiser(),
    )


def _why(request: MeetingRequest) -> list[str]:
    """What the match of the two people of a request rests on, in words."""
    one, two = request.requester, request.recipient
    found = recommendation_between(session(), one.id, two.id)
    return told_reasons(found, one.user.name, two.user.name, 3)


@blueprint.get("/timetable/meetings/<int:meeting_id>")
@guarded(event_staff)
def meeting(slug: str, meeting_id: int) -> Page:
    """One meeting: who, when, where, and what can be done with it."""
    return _show(_meeting(meeting_id))


@blueprint.route("/timetable/meetings/<int:meeting_id>/move", methods=["GET", "POST"])
@guarded(timetable_changer)
def move(slug: str, meeting_id: int) -> Page:
    """Choose another slot and table, or change places with another meeting; every closed way says why."""
    found = _meeting(meeting_id)
    need_change(found.timetable)
    clock, actor = current_app.extensions["clock"], need_user()
    form, error, status = PlaceForm(), "", 200
    if form.is_submitted():
        try:
            with session().begin_nested():
                if "swap" in request.form:
                    other = _meeting(request.form.get("swap", 0, type=int))
                    services.swap_meetings(session(), found, other, actor, clock)
                else:
                    slot, table = _place(form)
                    services.move_meeting(session(), found, slot, table, actor, clock)
        except AppError as refusal:
            error, status = refusal.message, refusal.status
        else:
            flash(_("The meeting was moved."), "success")
            return _back(found.timetable, found.slot)
    board = load_board(session(), current_event(), found.timetable)
    url = url_for("timetables.move", slug=slug, meeting_id=meeting_id)
    return _choose(board, found.request, found.timetable, url, found.slot, error, status, meeting=found)


@blueprint.route("/unplaced/<code>/place", methods=["GET", "POST"])
@guarded(timetable_changer)
def place(slug: str, code: str) -> Page:
    """Give a request without a meeting a place by hand."""
    event = current_event()
    timetable = _timetable_for_placing()
    need_change(timetable)
    found = request_by_code(session(), event.id, code)
    if found is None:
        raise NotFound(_("There is no such request."))
    form, error, status = PlaceForm(), "", 200
    if form.is_submitted():
        try:
            with session().begin_nested():
                slot, table = _place(form)
                clock, actor = current_app.extensions["clock"], need_user()
                services.place_request(session(), timetable, found, slot, table, actor, clock)
        except AppError as refusal:
            error, status = refusal.message, refusal.status
        else:
            flash(_("The meeting was placed."), "success")
            return _back(timetable, slot)
    board = load_board(session(), event, timetable)
    url = url_for("timetables.place", slug=slug, code=code, which=timetable.state.value)
    return _choose(board, found, timetable, url, None, error, status)


@blueprint.get("/timetable/free")
@guarded(timetable_changer)
def free(slug: str) -> Page:
    """Which unplaced requests could meet at a free place of the grid."""
    timetable = _timetable_for_placing()
    need_change(timetable)
    slot = _find_slot(request.args.get("slot", 0, type=int))
    table = _find_table(request.args.get("table", 0, type=int))
    board = load_board(session(), current_event(), timetable)
    rows = queries.unplaced_in(session(), timetable.id)
    fitting = [row.request for row in rows if _fits(board, row, slot, table)]
    return _page(
        "free", slot=slot, table=table, timetable=timetable, fitting=fitting, total=len(rows), action=ActionForm()
    )


def _fits(board: Board, row: Unplaced, slot: Slot, table: MeetingTable) -> bool:
    code = row.request.code
    return any(not obstacles(board, code, team, slot.key, table.label) for team in board.teams(code))


@blueprint.post("/timetable/meetings/<int:meeting_id>/extend")
@guarded(timetable_changer)
def extend(slug: str, meeting_id: int) -> Page:
    """Let a meeting last one slot more; an organiser may have the others moved out of its way."""
    found = _meeting(meeting_id)
    need_change(found.timetable)
    replan = "replan" in request.form and is_organiser()
    try:
        with session().begin_nested():
            clock = current_app.extensions["clock"]
            run = services.extend_meeting(session(), found, need_user(), clock, replan=replan)
    except AppError as refusal:
        return _show(_meeting(meeting_id), refusal.message, refusal.status, over=True)
    if run is not None:
        flash(_("The meeting lasts longer; a run moves the others out of its way. Publish its draft when it is done."))
        return redirect(url_for("timetables.run", slug=slug, run_id=run.id))
    flash(_("The meeting lasts one slot more, and its people are told."), "success")
    return _back(found.timetable, found.slot)


@blueprint.post("/timetable/meetings/<int:meeting_id>/cancel")
@guarded(timetable_changer)
def cancel(slug: str, meeting_id: int) -> Page:
    """Cancel a meeting, with the reason its people will read."""
    found = _meeting(meeting_id)
    need_change(found.timetable)
    timetable, slot = found.timetable, found.slot
    try:
        with session().begin_nested():
            clock = current_app.extensions["clock"]
            services.cancel_meeting(session(), found, CancelForm().reason.data or "", need_user(), clock)
    except AppError as refusal:
        return _show(_meeting(meeting_id), refusal.message, refusal.status)
    flash(_("The meeting was cancelled."), "success")
    return _back(timetable, slot)


@blueprint.post("/timetable/meetings/<int:meeting_id>/pin")
@guarded(timetable_changer)
def pin(slug: str, meeting_id: int) -> Response:
    """Pin a meeting to its place."""
    found = _meeting(meeting_id)
    need_change(found.timetable)
    services.pin_meeting(session(), found, need_user(), current_app.extensions["clock"])
    flash(_("The meeting is pinned: neither runs nor people move it until the pin is taken out."), "success")
    return _back(found.timetable, found.slot)


@blueprint.post("/timetable/meetings/<int:meeting_id>/unpin")
@guarded(timetable_changer)
def unpin(slug: str, meeting_id: int) -> Response:
    """Take out the pin of a meeting."""
    found = _meeting(meeting_id)
    need_change(found.timetable)
    services.unpin_meeting(session(), found, need_user(), current_app.extensions["clock"])
    flash(_("The pin was taken out."), "success")
    return _back(found.timetable, found.slot)


def _choose(
    board: Board,
    wanted: MeetingRequest,
    timetable: Timetable,
    url: str,
    now: Slot | None,
    error: str,
    status: int,
    **more: Any,
) -> Page:
    number = request.values.get("slot", 0, type=int)
    chosen = next((slot for slot in board.material.slots if slot.id == number), now)
    ids = session().execute(
        select(MeetingRequest.code, Meeting.id)
        .join(MeetingRequest, MeetingRequest.id == Meeting.request_id)
        .where(Meeting.timetable_id == timetable.id)
    )
    return _page(
        "choose",
        status,
        choices=choices_for(board, wanted.code, chosen),
        board=board,
        wanted=wanted,
        timetable=timetable,
        url=url,
        error=error,
        action=ActionForm(),
        meeting_ids=dict(ids.all()),
        **({"meeting": None} | more),
    )


def _timetable_for_placing() -> Timetable:
    event, which = current_event(), request.values.get("which", "")
    published = queries.published_timetable(session(), event.id)
    draft = queries.draft_timetable(session(), event.id)
    found = draft if which == "draft" else published if which == "published" else published or draft
    if found is None:
        raise NotFound(_("There is no such timetable yet."))
    return found


def _place(form: PlaceForm) -> tuple[Slot, MeetingTable]:
    if not form.validate():
        raise Invalid(" ".join(str(message) for messages in form.errors.values() for message in messages))
    return _find_slot(form.slot.data), _find_table(form.table.data)


def _find_slot(number: int) -> Slot:
    slot = session().get(Slot, number)
    if slot is None or slot.event_id != current_event().id:
        raise NotFound(_("There is no such slot at this event."))
    return slot


def _find_table(number: int) -> MeetingTable:
    table = session().get(MeetingTable, number)
    if table is None or table.event_id != current_event().id:
        raise NotFound(_("There is no such table at this event."))
    return table
