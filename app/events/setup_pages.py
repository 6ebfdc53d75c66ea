"""The organiser's set-up pages: settings, days, tables, rooms and sessions, types, staff."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from zoneinfo import available_timezones

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.core.clock import in_zone, to_utc
from app.core.database import session
from app.core.errors import AppError, Invalid, NotFound
from app.core.guard import guarded
from app.events import forms, programme, queries, space
from app.events.blueprint import blueprint
from app.events.models import (
    Approval,
    EventFormat,
    EventSession,
    MeetingTable,
    MeetingWindow,
    ParticipantType,
    Phase,
    Room,
    Slot,
    Staff,
    StaffRole,
    TableClosure,
    Zone,
)
from app.events.policy import current_event, event_organiser

Page = str | Response | tuple[str, int]
Row = TypeVar("Row", MeetingWindow, Slot, Zone, MeetingTable, Room, EventSession, ParticipantType, Staff)


def find(kind: type[Row], number: int) -> Row:
    """A row of the current event; raises NotFound for one of another event as for none at all."""
    row = session().get(kind, number)
    if row is None or row.event_id != current_event().id:
        raise NotFound(_("There is no such entry at this event."))
    return row


def submitted(form: FlaskForm, work: Callable[[], object], done: str) -> bool:
    """True when the form was sent, is right and its work succeeded; errors land on their field."""
    if not form.validate_on_submit():
        return False
    try:
        with session().begin_nested():
            work()
    except Invalid as error:
        field = form[error.field] if error.field and error.field in form else None
        if field is None:
            form.form_errors.append(error.message)
        else:
            field.errors = [*field.errors, error.message]
        return False
    except AppError as error:
        form.form_errors.append(error.message)
        return False
    flash(done, "success")
    return True


def page(template: str, *, bad: bool, **context: object) -> tuple[str, int]:
    """A set-up page; 422 when a form on it was refused."""
    return render_template(template, **context), 422 if bad else 200


def _local(moment: datetime | None) -> datetime | None:
    return in_zone(moment, current_event().time_zone).replace(tzinfo=None) if moment else None


def _utc(local: datetime | None) -> datetime | None:
    return to_utc(local, current_event().time_zone) if local else None


@blueprint.route("/<slug>/organise/settings", methods=["GET", "POST"])
@guarded(event_organiser)
def settings(slug: str) -> Page:
    """Name, place, time zone, limits, approval."""
    event = current_event()
    form = forms.SettingsForm(
        obj=event,
        data={
            "format": event.format.value,
            "approval": event.approval.value,
            "registration_closes_at": _local(event.registration_closes_at),
            "booking_closes_at": _local(event.booking_closes_at),
        },
    )
    form.time_zone.choices = sorted(available_timezones())
    if request.method == "GET":
        form.format.data, form.approval.data = event.format.value, event.approval.value
        form.registration_closes_at.data = _local(event.registration_closes_at)
        form.booking_closes_at.data = _local(event.booking_closes_at)

    def work() -> None:
        texts = ("name", "summary", "description", "place", "time_zone", "accent")
        values = {name: form[name].data or "" for name in texts}
        plain = ("max_meetings", "max_open_requests", "programme_public", "max_in_a_row")
        values |= {name: form[name].data for name in plain}
        values["min_meetings"], values["meeting_length"] = form.min_meetings.data or 0, form.meeting_length.data or 1
        values["format"], values["approval"] = EventFormat(form.format.data), Approval(form.approval.data)
        values["registration_closes_at"] = _utc(form.registration_closes_at.data)
        values["booking_closes_at"] = _utc(form.booking_closes_at.data)
        programme.save_settings(session(), event, need_user(), current_app.extensions["clock"], values)

    if submitted(form, work, _("Saved.")):
        return redirect(url_for("events.settings", slug=slug))
    return page("events/settings.html", bad=request.method == "POST", form=form)


@blueprint.post("/<slug>/organise/phase/<any(draft, registration, booking, scheduling, live, closed):phase>")
@guarded(event_organiser)
def phase(slug: str, phase: str) -> Response:
    """Move the event on, or back."""
    programme.change_phase(session(), current_event(), Phase(phase), need_user(), current_app.extensions["clock"])
    flash(_("The event is in a new phase."), "success")
    return redirect(url_for("events.dashboard", slug=slug))


@blueprint.route("/<slug>/organise/days", methods=["GET", "POST"])
@guarded(event_organiser)
def days(slug: str) -> Page:
    """Windows of meeting slots, day by day."""
    event, clock = current_event(), current_app.extensions["clock"]
    form = forms.WindowForm()

    def work() -> None:
        values = {n: form[n].data for n in ("day", "starts", "ends", "slot_minutes", "break_minutes")}
        space.add_window(session(), event, clock, **values)

    if submitted(form, work, _("The window and its slots are added.")):
        return redirect(url_for("events.days", slug=slug))
    query = select(MeetingWindow).where(MeetingWindow.event_id == event.id)
    windows = session().scalars(query.order_by(MeetingWindow.day, MeetingWindow.starts)).all()
    slots = queries.slots_of(session(), event.id)
    return page("events/days.html", bad=bool(form.errors), form=form, windows=windows, slots=slots)


@blueprint.post("/<slug>/organise/days/<int:number>/remove")
@guarded(event_organiser)
def remove_window(slug: str, number: int) -> Response:
    """Remove a window with its slots."""
    clock = current_app.extensions["clock"]
    space.remove_window(session(), current_event(), find(MeetingWindow, number), need_user(), clock)
    flash(_("The window is removed."), "success")
    return redirect(url_for("events.days", slug=slug))


@blueprint.post("/<slug>/organise/slots/<int:number>/<any(open, close):act>")
@guarded(event_organiser)
def slot(slug: str, number: int, act: str) -> Response:
    """Open or close one slot."""
    clock = current_app.extensions["clock"]
    space.set_slot_open(session(), current_event(), find(Slot, number), need_user(), clock, is_open=act == "open")
    return redirect(url_for("events.days", slug=slug))


@blueprint.route("/<slug>/organise/tables", methods=["GET", "POST"])
@guarded(event_organiser)
def tables(slug: str) -> Page:
    """Zones and their tables."""
    event = current_event()
    zones = queries.zones_of(session(), event.id)
    zone_form, tables_form = forms.ZoneForm(prefix="zone"), forms.TablesForm(prefix="tables")
    tables_form.zone_id.choices = [(zone.id, zone.name) for zone in zones]
    form = zone_form if "zone-name" in request.form else tables_form

    def work() -> None:
        if form is zone_form:
            space.add_zone(session(), event, name=zone_form.name.data, is_online=zone_form.is_online.data)
            return
        space.add_tables(
            session(),
            event,
            find(Zone, tables_form.zone_id.data),
            prefix=tables_form.prefix.data or "",
            first=tables_form.first.data,
            count=tables_form.count.data,
            link=tables_form.link.data or None,
            serves_both=tables_form.serves_both.data,
        )

    if submitted(form, work, _("Added.")):
        return redirect(url_for("events.tables", slug=slug))
    found = queries.tables_of(session(), event.id)
    bad = request.method == "POST"
    return page("events/tables.html", bad=bad, zones=zones, tables=found, zone_form=zone_form, tables_form=tables_form)


@blueprint.route("/<slug>/organise/tables/<int:number>", methods=["GET", "POST"])
@guarded(event_organiser)
def table(slug: str, number: int) -> Page:
    """One table: label, zone, link, and when it is closed."""
    event, row = current_event(), find(MeetingTable, number)
    form = forms.TableForm(obj=row)
    form.zone_id.choices = [(zone.id, zone.name) for zone in queries.zones_of(session(), event.id)]
    slots = queries.slots_of(session(), event.id)
    closed = set(session().scalars(select(TableClosure.slot_id).where(TableClosure.table_id == row.id)))

    def work() -> None:
        values = {name: form[name].data for name in ("label", "zone_id", "link", "serves_both")}
        space.change_table(session(), event, row, values)
        wanted = {slot.id for slot in slots} & {int(v) for v in request.form.getlist("closed") if v.isdecimal()}
        space.set_closures(session(), event, row, wanted, need_user(), current_app.extensions["clock"])

    if submitted(form, work, _("Saved.")):
        return redirect(url_for("events.tables", slug=slug))
    bad = request.method == "POST"
    return page("events/table.html", bad=bad, form=form, table=row, slots=slots, closed=closed)


@blueprint.post("/<slug>/organise/tables/<int:number>/remove")
@guarded(event_organiser)
def remove_table(slug: str, number: int) -> Response:
    """Remove a table; refused while meetings sit there."""
    row, clock = find(MeetingTable, number), current_app.extensions["clock"]
    space.remove_tables(session(), current_event(), [row.id], need_user(), clock)
    flash(_("The table is removed."), "success")
    return redirect(url_for("events.tables", slug=slug))


@blueprint.post("/<slug>/organise/zones/<int:number>/remove")
@guarded(event_organiser)
def remove_zone(slug: str, number: int) -> Response:
    """Remove a zone with its tables; refused while meetings sit there."""
    clock = current_app.extensions["clock"]
    space.remove_zone(session(), current_event(), find(Zone, number), need_user(), clock)
    flash(_("The zone is removed."), "success")
    return redirect(url_for("events.tables", slug=slug))


@blueprint.route("/<slug>/organise/rooms", methods=["GET", "POST"])
@guarded(event_organiser)
def rooms(slug: str) -> Page:
    """Rooms for sessions."""
    event, form = current_event(), forms.RoomForm()

    def work() -> None:
        values = {"name": form.name.data, "capacity": form.capacity.data, "link": form.link.data or None}
        space.add_room(session(), event, **values)

    if submitted(form, work, _("The room is added.")):
        return redirect(url_for("events.rooms", slug=slug))
    return page("events/rooms.html", bad=bool(form.errors), form=form, rooms=queries.rooms_of(session(), event.id))


@blueprint.post("/<slug>/organise/rooms/<int:number>/remove")
@guarded(event_organiser)
def remove_room(slug: str, number: int) -> Response:
    """Remove a room; its sessions stay, without a room."""
    session().delete(find(Room, number))
    flash(_("The room is removed; its sessions have none now."), "success")
    return redirect(url_for("events.rooms", slug=slug))


@blueprint.get("/<slug>/organise/sessions")
@guarded(event_organiser)
def sessions(slug: str) -> str:
    """The sessions of the programme."""
    found = queries.sessions_of(session(), current_event().id)
    return render_template("events/sessions.html", sessions=found)


@blueprint.route("/<slug>/organise/sessions/new", methods=["GET", "POST"], defaults={"number": None})
@blueprint.route("/<slug>/organise/sessions/<int:number>", methods=["GET", "POST"])
@guarded(event_organiser)
def session_form(slug: str, number: int | None) -> Page:
    """Create or change a session."""
    event = current_event()
    row = find(EventSession, number) if number is not None else None
    form = forms.SessionForm(obj=row)
    form.room_id.choices = [(0, _("No room"))] + [(r.id, r.name) for r in queries.rooms_of(session(), event.id)]
    if request.method == "GET" and row is not None:
        form.kind.data, form.room_id.data = row.kind.value, row.room_id or 0
        form.starts.data, form.ends.data = _local(row.starts_at), _local(row.ends_at)
        form.speakers.data = "\n".join(f"{s.name}; {s.affiliation}" if s.affiliation else s.name for s in row.speakers)

    def work() -> None:
        values = {n: form[n].data for n in ("title", "kind", "capacity", "sign_up", "is_public")}
        values["abstract"], values["link"] = form.abstract.data or "", form.link.data or None
        values["room_id"] = form.room_id.data or None
        values["starts_at"], values["ends_at"] = _utc(form.starts.data), _utc(form.ends.data)
        pairs = [line.partition(";") for line in (form.speakers.data or "").splitlines() if line.strip()]
        speakers = [(name.strip()[:160], affiliation.strip()[:200]) for name, _mark, affiliation in pairs]
        clock = current_app.extensions["clock"]
        programme.save_session(session(), event, row, need_user(), clock, values=values, speakers=speakers)

    if submitted(form, work, _("The session is saved.")):
        return redirect(url_for("events.sessions", slug=slug))
    return page("events/session.html", bad=request.method == "POST", form=form, found=row)


@blueprint.post("/<slug>/organise/sessions/<int:number>/remove")
@guarded(event_organiser)
def remove_session(slug: str, number: int) -> Response:
    """Remove a session."""
    clock = current_app.extensions["clock"]
    programme.remove_session(session(), current_event(), find(EventSession, number), need_user(), clock)
    flash(_("The session is removed."), "success")
    return redirect(url_for("events.sessions", slug=slug))


@blueprint.route("/<slug>/organise/types", methods=["GET", "POST"])
@guarded(event_organiser)
def types(slug: str) -> Page:
    """Participant types, and who may ask whom."""
    event, form = current_event(), forms.TypeForm()

    def work() -> None:
        values = {n: form[n].data for n in ("key", "name", "max_meetings", "max_open_requests")}
        programme.add_type(session(), event, **values)

    if submitted(form, work, _("The type is added.")):
        return redirect(url_for("events.types", slug=slug))
    kinds = queries.types_of(session(), event.id)
    allowed = queries.permissions_of(session(), event.id)
    return page("events/types.html", bad=bool(form.errors), form=form, kinds=kinds, allowed=allowed)


@blueprint.post("/<slug>/organise/types/permissions")
@guarded(event_organiser)
def permissions(slug: str) -> Response:
    """Save the grid of who may ask whom."""
    pairs = [value.partition("-") for value in request.form.getlist("pair")]
    chosen = {(int(a), int(b)) for a, _dash, b in pairs if a.isdecimal() and b.isdecimal()}
    programme.set_permissions(session(), current_event(), chosen)
    flash(_("Saved."), "success")
    return redirect(url_for("events.types", slug=slug))


@blueprint.post("/<slug>/organise/types/lengths")
@guarded(event_organiser)
def lengths(slug: str) -> Response:
    """Save how long meetings with each type last."""
    chosen: dict[int, int | None] = {}
    for kind in queries.types_of(session(), current_event().id):
        text = request.form.get(f"length_{kind.id}", "").strip()
        if text and not text.isdecimal():
            raise Invalid(_("%(type)s: a length is a number of slots, or empty.", type=kind.name))
        chosen[kind.id] = int(text) if text else None
    programme.set_lengths(session(), current_event(), need_user(), current_app.extensions["clock"], chosen)
    flash(_("Saved; the next scheduling run heeds it."), "success")
    return redirect(url_for("events.types", slug=slug))


@blueprint.route("/<slug>/organise/staff", methods=["GET", "POST"])
@guarded(event_organiser)
def staff(slug: str) -> Page:
    """Who runs the event."""
    event, form = current_event(), forms.StaffForm()

    def work() -> None:
        role = StaffRole(form.role.data)
        clock = current_app.extensions["clock"]
        values = {"email": form.email.data, "name": form.name.data, "role": role}
        programme.add_staff(session(), event, need_user(), clock, **values)

    if submitted(form, work, _("Added; an invitation is on its way.")):
        return redirect(url_for("events.staff", slug=slug))
    query = select(Staff).where(Staff.event_id == event.id).options(joinedload(Staff.user)).order_by(Staff.id)
    bad = request.method == "POST"
    return page("events/staff.html", bad=bad, form=form, staff=session().scalars(query).all())


@blueprint.post("/<slug>/organise/staff/<int:number>/remove")
@guarded(event_organiser)
def remove_staff(slug: str, number: int) -> Response:
    """Take somebody's role away."""
    clock = current_app.extensions["clock"]
    programme.remove_staff(session(), current_event(), find(Staff, number), need_user(), clock)
    flash(_("Removed from the staff."), "success")
    return redirect(url_for("events.staff", slug=slug))
