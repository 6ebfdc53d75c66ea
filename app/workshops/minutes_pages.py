"""Pages of the minutes: read, write, upload, earlier versions."""

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.core.clock import in_zone
from app.core.database import session
from app.core.errors import NotFound
from app.core.guard import guarded
from app.core.uploads import takes_files
from app.events.policy import current_event
from app.workshops import forms, policy, queries, services
from app.workshops.blueprint import Page, blueprint, clock, page, submitted
from app.workshops.process import machine
from app.workshops.rules import blocks


@blueprint.get("/<int:number>/minutes")
@guarded(policy.workshop_reader)
def minutes(slug: str, number: int) -> Page:
    """A version of the minutes, by default the newest."""
    workshop = policy.current_workshop()
    leads, versions = bool(policy.leading_roles()), queries.minutes_of(session(), workshop.id)
    if workshop.state != "minuted" and not leads:
        raise NotFound(_("The minutes are not finished yet."))
    wanted = request.args.get("version", type=int)
    shown = next((row for row in versions if wanted in (None, row.number)), None)
    if wanted and shown is None:
        raise NotFound(_("There is no such version."))
    return page(
        "minutes",
        workshop=workshop,
        state=machine().state(workshop.state),
        versions=versions,
        shown=shown,
        blocks=blocks(shown.text) if shown else [],
        leads=leads,
        follow_ups=queries.follow_ups_of(session(), workshop.id),
        today=in_zone(clock()(), current_event().time_zone).date(),
        user=need_user(),
        may_write=leads and workshop.state == "held",
    )


def _latest(number: int) -> int:
    found = queries.minutes_of(session(), number)
    return found[0].number if found else 0


@blueprint.route("/<int:number>/minutes/edit", methods=["GET", "POST"])
@guarded(policy.workshop_leader)
def edit_minutes(slug: str, number: int) -> Page:
    """Write the minutes; they begin as what was collected makes them."""
    workshop, form = policy.current_workshop(), forms.MinutesForm()
    versions = queries.minutes_of(session(), workshop.id)
    collected = services.first_text(session(), workshop)
    if request.method == "GET":
        written = next((row.text for row in versions if row.text), "")
        form.text.data = collected if "afresh" in request.args or not written else written
        form.based_on.data = str(versions[0].number if versions else 0)

    def work() -> None:
        based_on = int(form.based_on.data) if (form.based_on.data or "").isdecimal() else -1
        services.write_minutes(session(), clock(), need_user(), workshop, form.text.data or "", based_on=based_on)

    if submitted(form, work, _("A new version of the minutes is kept.")):
        return redirect(url_for("workshops.minutes", slug=slug, number=number))
    return page("edit_minutes", bad=request.method == "POST", workshop=workshop, form=form, versions=versions)


@blueprint.route("/<int:number>/minutes/upload", methods=["GET", "POST"])
@takes_files
@guarded(policy.workshop_leader)
def upload_minutes(slug: str, number: int) -> Page | Response:
    """Keep minutes that were written elsewhere."""
    workshop, form = policy.current_workshop(), forms.UploadForm()
    if request.method == "GET":
        form.based_on.data = str(_latest(workshop.id))

    def work() -> None:
        based_on = int(form.based_on.data) if (form.based_on.data or "").isdecimal() else -1
        services.upload_minutes(session(), clock(), need_user(), workshop, form.file.data, based_on=based_on)

    if submitted(form, work, _("A new version of the minutes is kept.")):
        return redirect(url_for("workshops.minutes", slug=slug, number=number))
    return page("upload_minutes", bad=request.method == "POST", workshop=workshop, form=form)
