"""Pages of publication: what would be published, the versions, what changed between two of them."""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.core.database import session
from app.core.errors import AppError
from app.core.guard import guarded
from app.events.policy import current_event, event_organiser, event_staff
from app.timetables import queries, services, showing
from app.timetables.blueprint import blueprint
from app.timetables.forms import PublishForm
from app.timetables.material import Placed, places_of
from app.timetables.models import Timetable, TimetableState
from app.timetables.rules import Difference, differences
from app.timetables.services.publishing import findings_in

SHOWN_CHANGES = 200


@blueprint.route("/publish", methods=["GET", "POST"])
@guarded(event_organiser)
def publish(slug: str) -> str | Response | tuple[str, int]:
    """What publishing the draft would do to whom; then do it."""
    event, db, form, status = current_event(), session(), PublishForm(), 200
    if form.validate_on_submit():
        try:
            with db.begin_nested():
                made = services.publish(
                    db, event, need_user(), current_app.extensions["clock"], note=form.note.data or ""
                )
        except AppError as error:
            form.form_errors.append(error.message)
            status = error.status
        else:
            flash(_("Version %(number)s is published.", number=made.number), "success")
            return redirect(url_for("timetables.versions", slug=slug))
    draft, published = queries.draft_timetable(db, event.id), queries.published_timetable(db, event.id)
    context: dict[str, Any] = {"draft": draft, "published": published, "form": form}
    if draft is not None:
        found = differences(_places(published), places_of(db, draft.id))
        placed, unplaced = queries.counts_of(db, draft.id)
        context |= {
            "findings": findings_in(db, event, draft),
            "placed": placed,
            "unplaced": unplaced,
            "counts": counts(found),
            "people": len({person for difference in found for person in difference.participant_ids}),
            "lines": showing.change_lines(db, event, found[:SHOWN_CHANGES]) if published else [],
            "more": max(0, len(found) - SHOWN_CHANGES),
        }
    return render_template("timetables/publish.html", **context), status


@blueprint.get("/versions")
@guarded(event_staff)
def versions(slug: str) -> str:
    """Every published version, and what changed between two of them."""
    event, db = current_event(), session()
    found = queries.versions(db, event.id)
    context: dict[str, Any] = {"versions": found, "placed": {t.id: queries.counts_of(db, t.id)[0] for t in found}}
    context["publishers"] = queries.publishers(db, found)
    newer, older = _two(found)
    if newer is not None:
        lines = differences(_places(older), places_of(db, newer.id))
        context |= {
            "newer": newer,
            "older": older,
            "counts": counts(lines),
            "lines": showing.change_lines(db, event, lines[:SHOWN_CHANGES]) if older else [],
            "more": max(0, len(lines) - SHOWN_CHANGES),
            "since": _since(newer),
        }
    return render_template("timetables/versions.html", **context)


def _since(newer: Timetable) -> list[showing.ChangeLine]:
    """Changes made live after the publication, when the version is the current one."""
    if newer.state is not TimetableState.PUBLISHED or newer.published_at is None:
        return []
    later = [c for c in queries.changes_of(session(), newer.id) if c.at > newer.published_at]
    return showing.change_lines(session(), current_event(), reversed(later[-SHOWN_CHANGES:]))


def _two(found: Any) -> tuple[Timetable | None, Timetable | None]:
    """The versions that `to` and `from` name; without them the newest and the one before."""
    if not found:
        return None, None
    event = current_event()
    newest = request.args.get("to", found[0].number, type=int)
    oldest = request.args.get("from", newest - 1, type=int)
    newer = queries.version(session(), event.id, newest)
    return newer, queries.version(session(), event.id, oldest) if oldest > 0 else None


def _places(timetable: Timetable | None) -> dict[int, Placed]:
    return places_of(session(), timetable.id) if timetable else {}


def counts(found: list[Difference]) -> list[str]:
    """'3 new', '2 moved', '1 cancelled', only what there is."""
    numbers = {kind: sum(d.kind.value == kind for d in found) for kind in ("added", "moved", "cancelled")}
    words = {
        "added": ngettext("%(num)s new", "%(num)s new", numbers["added"]),
        "moved": ngettext("%(num)s moved", "%(num)s moved", numbers["moved"]),
        "cancelled": ngettext("%(num)s cancelled", "%(num)s cancelled", numbers["cancelled"]),
    }
    return [words[kind] for kind, number in numbers.items() if number]
