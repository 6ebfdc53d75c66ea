"""The trace of a partnership: as a page, as CSV and JSON, and from any thing back and forward."""

import json

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from app.accounts.policy import need_user
from app.core.database import session
from app.core.errors import NotFound
from app.core.guard import guarded
from app.core.tables import CSV_TYPE, Sheet, write_csv
from app.events.models import Event
from app.partnerships.policy import current_partnership
from app.projects import forms, origins, policy, queries, services, tracing
from app.projects.blueprint import Page, blueprint, clock, page, submitted
from app.projects.models import TraceLink
from app.projects.rules.trace import STAGE_OF, Stage, Thing, came_from, came_of
from app.projects.trace_links import candidates, describe


@blueprint.get("/trace")
@guarded(policy.trace_visible)
def trace(partnership: str) -> Page:
    """Every funding line with its way back to a priority."""
    return _trace()


def _trace(
    bad: bool = False, link_form: forms.LinkForm | None = None, event_form: forms.EventForm | None = None
) -> Page:
    found = current_partnership()
    starts = tracing.starts_of(session(), found.id)
    graph = tracing.build(session(), starts)
    rows = tracing.traced(session(), graph, starts)
    events = queries.events_of(session(), found.id)
    return page(
        "trace",
        bad=bad,
        ways=[(way, tracing.gap_sentence(way.row)) for way in tracing.grouped(rows)],
        stages=list(Stage),
        kind_name=origins.kind_name,
        whole=sum(row.chain.whole for row in rows if row.start.kind == "funding_line"),
        lines=sum(row.start.kind == "funding_line" for row in rows),
        may_edit=bool(policy.current_partnership_roles()[0] & policy.PARTNERSHIP_ROLES),
        link_form=link_form or _link_form(None),
        event_form=event_form or _event_form(None),
        events=events,
        links=_links(),
    )


def _links() -> list[tuple[TraceLink, str, str]]:
    rows = queries.trace_links_of(session(), current_partnership().id)
    ends = [(Thing(row.kind, row.ref_id), Thing(row.source_kind, row.source_id)) for row in rows]
    words = describe(session(), {thing for pair in ends for thing in pair})
    return [
        (row, f"{origins.kind_name(a.kind)}: {words[a].label}", f"{origins.kind_name(b.kind)}: {words[b].label}")
        for row, (a, b) in zip(rows, ends, strict=True)
    ]


def _link_form(formdata: object) -> forms.LinkForm:
    form = forms.LinkForm(formdata=formdata)
    choices = origins.labelled(session(), candidates(session(), current_partnership().id))
    form.thing.choices = [choice for choice in choices if not choice[0].startswith("priority:")]
    form.source.choices = [choice for choice in choices if choice[0].startswith(("match:", "answer:", "priority:"))]
    return form


def _event_form(formdata: object) -> forms.EventForm:
    form = forms.EventForm(formdata=formdata)
    roles, _partnership = policy.current_partnership_roles()
    present = {event.id for event in queries.events_of(session(), current_partnership().id)}
    form.event_id.choices = [
        (event.id, event.name)
        for event in queries.linkable_events(session(), need_user(), runs_all="secretariat" in roles)
        if event.id not in present
    ]
    return form


@blueprint.get("/trace.json")
@guarded(policy.trace_visible)
def trace_json(partnership: str) -> Response:
    """The trace as JSON."""
    text = json.dumps(tracing.trace_document(session(), current_partnership()), ensure_ascii=False, indent=2)
    return Response(text, content_type="application/json; charset=utf-8")


@blueprint.get("/trace.csv")
@guarded(policy.trace_visible)
def trace_csv(partnership: str) -> Response:
    """The trace as a table: one row for each funding line, one column for each stage."""
    starts = tracing.starts_of(session(), current_partnership().id)
    rows = tracing.traced(session(), tracing.build(session(), starts), starts)
    header = [*(stage.value for stage in Stage), "whole", "missing"]
    sheet = Sheet("trace", header, [tracing.csv_row(row) for row in rows])
    headers = {"Content-Disposition": f'attachment; filename="{partnership}-trace.csv"'}
    return Response(write_csv(sheet), content_type=CSV_TYPE, headers=headers)


KINDS = ",".join(STAGE_OF)


@blueprint.get(f"/trace/<any({KINDS}):kind>/<int:ref_id>")
@guarded(policy.trace_visible)
def trace_of(partnership: str, kind: str, ref_id: int) -> Page:
    """One thing: what it came from, and what came of it."""
    start = Thing(kind, ref_id)
    graph = tracing.build(session(), tracing.starts_of(session(), current_partnership().id))
    if start not in graph.sources and not _belongs(start):
        raise NotFound(_("The trace of this partnership does not touch that."))
    back, forward = came_from(graph, start), came_of(graph, start)
    words = describe(session(), [start, *back, *forward])
    return page(
        "trace_of",
        start=start,
        back=back,
        forward=forward,
        words=words,
        kind_name=origins.kind_name,
    )


def _belongs(thing: Thing) -> bool:
    """True for what the partnership could have used and has not yet: a priority of its regions, a meeting."""
    return thing in candidates(session(), current_partnership().id)


@blueprint.post("/trace/links")
@guarded(policy.trace_editor)
def add_link(partnership: str) -> Page:
    """Say that one thing came from another."""
    form = _link_form(request.form)

    def work() -> None:
        kind, _colon, number = form.thing.data.partition(":")
        source_kind, _colon, source_number = form.source.data.partition(":")
        thing, source = Thing(kind, int(number)), Thing(source_kind, int(source_number))
        services.link_source(
            session(), clock(), need_user(), current_partnership(), thing, source, form.note.data or ""
        )

    if submitted(form, work, _("The step is noted.")):
        return redirect(url_for("projects.trace", partnership=partnership, _anchor="links"))
    return _trace(bad=True, link_form=form)


@blueprint.post("/trace/links/<int:link>/remove")
@guarded(policy.trace_editor)
def remove_link(partnership: str, link: int) -> Response | str:
    """Take a step back that was entered by hand."""
    found = session().get(TraceLink, link)
    if found is None or found.partnership_id != current_partnership().id:
        raise NotFound(_("This is not there any more."))
    services.unlink_source(session(), clock(), need_user(), current_partnership(), found)
    flash(_("The step is taken back."), "success")
    return redirect(url_for("projects.trace", partnership=partnership, _anchor="links"))  # type: ignore[return-value]


@blueprint.post("/trace/events")
@guarded(policy.trace_editor)
def add_event(partnership: str) -> Page:
    """Say that an event serves the partnership."""
    form = _event_form(request.form)

    def work() -> None:
        event = session().get_one(Event, form.event_id.data)
        services.link_event(session(), clock(), current_partnership(), event)

    if submitted(form, work, _("The event belongs to the partnership now.")):
        return redirect(url_for("projects.trace", partnership=partnership, _anchor="events"))
    return _trace(bad=True, event_form=form)
