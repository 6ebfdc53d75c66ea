"""Pages of the timetable: the grid, the list, the unplaced requests; navigation and the dashboard's panel."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Flask, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.core import navigation
from app.core.database import session
from app.core.guard import guarded
from app.events.models import Event, MeetingTable, Slot, TableClosure
from app.events.policy import current_event, event_staff
from app.events.queries import interpreters_of, slots_of, tables_of
from app.i18n import zone_day, zone_time
from app.meetings.models import MeetingRequest
from app.timetables import change_pages, queries, reasons, run_pages, showing, tables, version_pages
from app.timetables.blueprint import blueprint
from app.timetables.board import participant_names
from app.timetables.models import Meeting, MeetingState, Timetable, Unplaced
from app.timetables.policy import is_organiser, may_change
from app.timetables.services import relief
from app.timetables.services.publishing import findings_in

__all__ = ["blueprint", "change_pages", "init_app", "run_pages", "version_pages"]

PER_PAGE = 50


def chosen_timetable() -> Timetable | None:
    """The timetable the address asks for with `which`; without it the published one, else the draft."""
    event = current_event()
    published = queries.published_timetable(session(), event.id)
    draft = queries.draft_timetable(session(), event.id)
    wanted = request.args.get("which", "")
    if wanted not in {"", "draft", "published"}:
        abort(404)
    if wanted:
        return draft if wanted == "draft" else published
    return published or draft


def which_tabs(endpoint: str, timetable: Timetable | None, **values: Any) -> list[dict[str, Any]]:
    """Tabs between the published timetable and the draft, when there are both."""
    event = current_event()
    found = []
    published = queries.published_timetable(session(), event.id)
    draft = queries.draft_timetable(session(), event.id)
    if published is None or draft is None:
        return []
    names = ((published, "published", _("Published, version %(number)s", number=published.number)),)
    for one, which, label in (*names, (draft, "draft", _("Draft"))):
        url = url_for(endpoint, slug=event.slug, which=which, **values)
        found.append({"label": label, "url": url, "active": timetable is one})
    return found


@blueprint.get("/timetable")
@guarded(event_staff)
def grid(slug: str) -> str:
    """The timetable as a grid of slots by tables, or as a list."""
    event, db, timetable = current_event(), session(), chosen_timetable()
    if timetable is None:
        return render_template("timetables/empty.html")
    slots = slots_of(db, event.id)
    day = _day(showing.days(slots))
    conflicts: dict[str, str] = {}
    for finding in findings_in(db, event, timetable):
        conflicts.update(dict.fromkeys(finding.ids, finding.sentence))
    todays = [slot for slot in slots if slot.day == day]
    entries = showing.entries_of(db, timetable, conflicts)
    placed, unplaced = queries.counts_of(db, timetable.id)
    words = " ".join(request.args.get("q", "").casefold().split())
    view = "list" if request.args.get("view") == "list" else "grid"
    which = timetable.state.value
    context: dict[str, Any] = {
        "timetable": timetable,
        "which": which,
        "view": view,
        "words": words,
        "tabs": which_tabs("timetables.grid", timetable, view=view),
        "days": [
            {
                "label": day_words(d),
                "url": url_for("timetables.grid", slug=slug, which=which, view=view, day=d),
                "active": d == day,
            }
            for d in showing.days(slots)
        ],
        "day": day,
        "day_label": day_words(day) if day else "",
        "placed": placed,
        "unplaced": unplaced,
        "conflicts": [e for e in entries if e.kind == "conflict"],
        "changeable": may_change(timetable),
        "interpreted": any(entry.interpreter for entry in entries),
    }
    if view == "list":
        at = _slot_shown(todays, entries, words)
        context["at"] = at
        context["ends"] = {slot.id: slot.ends_at for slot in slots}
        context["slots"] = [(slot, _list_url(slug, which, day, slot.id)) for slot in todays]
        context["lines"] = _lines(entries, [slot for slot in todays if at is None or slot is at], words)
    else:
        context["board"] = showing.grid(event, todays, tables_of(db, event.id), _closures(event), entries)
    return render_template("timetables/grid.html", **context)


def _day(days: list[date]) -> date | None:
    try:
        wanted = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        wanted = None
    return wanted if wanted in days else days[0] if days else None


def day_words(day: date) -> str:
    """'Tue 16 Mar' in the reader's language."""
    return str(format_date(day, "EEE d MMM"))


def _closures(event: Event) -> set[tuple[int, int]]:
    mine = select(MeetingTable.id).where(MeetingTable.event_id == event.id)
    rows = session().execute(select(TableClosure.table_id, TableClosure.slot_id).where(TableClosure.table_id.in_(mine)))
    return {(table_id, slot_id) for table_id, slot_id in rows}


def _list_url(slug: str, which: str, day: date | None, slot_id: int) -> str:
    return url_for("timetables.grid", slug=slug, which=which, view="list", day=day, slot=slot_id)


def _slot_shown(slots: Sequence[Slot], entries: list[showing.Entry], words: str) -> Slot | None:
    """The slot the list shows: the chosen one, else the first with meetings; None for all when one searches."""
    wanted = request.args.get("slot", 0, type=int)
    if words and not wanted:
        return None
    used = {entry.slot_id for entry in entries}
    chosen = next((slot for slot in slots if slot.id == wanted), None)
    return chosen or next((slot for slot in slots if slot.id in used), None)


def _lines(entries: list[showing.Entry], slots: Sequence[Slot], words: str) -> list[tuple[Any, list[Any]]]:
    """(slot, [(entry, table)]) of one day; with words, only meetings in which they occur."""
    tables = {table.id: table for table in tables_of(session(), current_event().id)}
    order = {table_id: n for n, table_id in enumerate(tables)}
    found = []
    for slot in slots:
        here = [e for e in entries if e.slot_id == slot.id and _matches(e, tables[e.table_id].label, words)]
        here.sort(key=lambda entry: order[entry.table_id])
        if here:
            found.append((slot, [(entry, tables[entry.table_id]) for entry in here]))
    return found


def _matches(entry: showing.Entry, table: str, words: str) -> bool:
    text = " ".join([table, entry.request, *(f"{p.name} {p.organisation}" for p in entry.people)]).casefold()
    return all(word in text for word in words.split())


@blueprint.get("/unplaced")
@guarded(event_staff)
def unplaced(slug: str) -> str:
    """Requests without a meeting: why, and what would help."""
    event, db, timetable = current_event(), session(), chosen_timetable()
    if timetable is None:
        return render_template("timetables/empty.html")
    names = _names(event)
    rows = queries.unplaced_in(db, timetable.id)
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.reason] = counts.get(row.reason, 0) + 1
    reason, words = request.args.get("reason", ""), request.args.get("q", "").casefold().strip()
    shown = [row for row in rows if reason in {"", row.reason} and words in _unplaced_text(row, names)]
    pages = max(1, -(-len(shown) // PER_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    part = shown[(page - 1) * PER_PAGE : page * PER_PAGE]
    return render_template(
        "timetables/unplaced.html",
        timetable=timetable,
        which=timetable.state.value,
        tabs=which_tabs("timetables.unplaced", timetable),
        rows=[_unplaced_line(row, names) for row in part],
        found=len(shown),
        page=page,
        pages=pages,
        per_page=PER_PAGE,
        total=len(rows),
        reason=reason,
        words=words,
        reasons=[("", _("All reasons"))] + [(code, f"{reasons.title_of(code)} ({n})") for code, n in counts.items()],
        changeable=may_change(timetable),
    )


def _names(event: Event) -> dict[str, str]:
    """Codes of participants, requests and slots to what people call them."""
    db = session()
    names = participant_names(db, event)
    people = showing.request_people(db, select(MeetingRequest.id).where(MeetingRequest.event_id == event.id))
    names.update({code: " – ".join(person.name for person in who) for code, who in people.items()})
    zone = event.time_zone
    names.update(
        {
            s.key: f"{zone_day(s.starts_at, zone, 'EEE d MMM')}, {zone_time(s.starts_at, zone)}"
            for s in slots_of(db, event.id)
        }
    )
    return names


def _unplaced_text(row: Unplaced, names: dict[str, str]) -> str:
    """What the search looks through."""
    organisations = (row.request.requester.organisation.name, row.request.recipient.organisation.name)
    return " ".join([names.get(row.request.code, ""), row.request.code, *organisations]).casefold()


def _unplaced_line(row: Unplaced, names: dict[str, str]) -> dict[str, Any]:
    tried = row.detail.get("help") or {}
    return {
        "request": row.request,
        "title": reasons.title_of(row.reason),
        "words": reasons.words_of(row.reason, row.detail, names),
        "help": reasons.help_for(row.reason),
        "tried": tried.get("state"),
        "found": [reasons.help_in_words(found, names) for found in tried.get("options", ())],
    }


@blueprint.route("/unplaced/<code>/help", methods=["GET", "POST"])
@guarded(event_staff)
def what_would_help(slug: str, code: str) -> str | Response:
    """What would help one request: asked for by POST, looked at, again and again, by GET."""
    timetable = chosen_timetable()
    if timetable is None:
        abort(404)
    row = queries.unplaced_row(session(), timetable.id, code)
    if request.method == "POST":
        relief.ask(session(), row, current_app.extensions["clock"])
    if "HX-Request" not in request.headers:
        flash(_("It is being tried out. Load this page again in a moment."), "info")
        return redirect(url_for("timetables.unplaced", slug=slug, which=timetable.state.value, q=code))
    names = _names(current_event())
    return render_template("timetables/_help.html", row=_unplaced_line(row, names), which=timetable.state.value)


@blueprint.get("/timetable/interpreters")
@guarded(event_staff)
def interpreters_plan(slug: str) -> str:
    """Where each interpreter is needed."""
    event, db, timetable = current_event(), session(), chosen_timetable()
    if timetable is None:
        return render_template("timetables/empty.html")
    helped: dict[int, list[Meeting]] = {row.id: [] for row in interpreters_of(db, event.id)}
    for meeting in queries.meetings_in(db, timetable.id):
        if meeting.interpreter_id in helped and meeting.state is MeetingState.SCHEDULED:
            helped[meeting.interpreter_id].append(meeting)
    return render_template(
        "timetables/interpreters.html",
        which=timetable.state.value,
        tabs=which_tabs("timetables.interpreters_plan", timetable),
        plans=[(row.name, helped[row.id]) for row in interpreters_of(db, event.id)],
    )


def _panel(event: Event) -> dict[str, Any]:
    """The dashboard's panel: how far scheduling is."""
    db = session()
    published, draft = queries.published_timetable(db, event.id), queries.draft_timetable(db, event.id)
    shown = draft or published
    placed, unplaced_count = queries.counts_of(db, shown.id) if shown else (0, 0)
    return {
        "event": event,
        "published": published,
        "draft": draft,
        "run": queries.running(db, event.id),
        "placed": placed,
        "unplaced": unplaced_count,
        "organiser": is_organiser(),
    }


def init_app(app: Flask) -> None:
    """Add the navigation entries and the panel of the organiser."""
    add, entry, group = navigation.add_entry, navigation.NavigationEntry, _l("Timetable")
    add(entry("organiser", "timetables.runs", _l("Scheduling runs"), "cpu", 40, group=group, shown=is_organiser))
    add(entry("organiser", "timetables.grid", _l("Timetable"), "grid-3x3", 41, group=group))
    add(entry("organiser", "timetables.unplaced", _l("Not placed"), "calendar-x", 42, group=group))
    add(entry("organiser", "timetables.publish", _l("Publish"), "megaphone", 43, group=group, shown=is_organiser))
    add(entry("organiser", "timetables.versions", _l("Versions"), "clock-history", 44, group=group))
    navigation.add_panel(navigation.Panel("timetables/_panel.html", _panel, 30))
    tables.register()
