"""The room of a workshop: what it collects, live; and where workshops join other pages."""

from typing import Any

from flask import Flask, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts.policy import need_user, signed_in_user
from app.core import files, navigation
from app.core.database import session
from app.core.errors import AppError, Forbidden
from app.core.guard import guarded
from app.core.limits import limiter
from app.core.transitions import choices
from app.events.models import EventSession, SessionKind, StaffRole
from app.events.policy import current_event
from app.partnerships import queries as partnerships
from app.partnerships.models import Partnership
from app.partnerships.policy import current_partnership, partnership_insider
from app.workshops import (
    follow_up_pages,
    forms,
    minutes_pages,
    policy,
    preparing_pages,
    queries,
    services,
    showing,
    wording,
)
from app.workshops.blueprint import Page, blueprint, clock, new_token, page, submitted, within_partnership
from app.workshops.models import EntryState, Workshop
from app.workshops.process import ROLE_NAMES, machine
from app.workshops.services.collecting import entry_of
from app.workshops.sockets import entry_data


@blueprint.get("/")
@guarded(policy.workshops_listed)
def index(slug: str) -> Page:
    """The workshops of an event."""
    event = current_event()
    found = queries.workshops_of_event(session(), event.id)
    return page(
        "index",
        workshops=found,
        machine=machine(),
        counts=queries.counts_of(session(), [row.id for row in found]),
        unprepared=queries.sessions_without_workshop(session(), event.id) if organises() else [],
    )


def organises() -> bool:
    """True when the reader organises the current event."""
    return g.get("staff_role") is StaffRole.ORGANISER


@within_partnership.get("/")
@guarded(partnership_insider)
def of_partnership(partnership: str) -> Page:
    """The workshops that served a partnership, with what they brought."""
    found = queries.workshops_of_partnership(session(), current_partnership().id)
    counts = queries.counts_of(session(), [row.id for row, _event in found])
    return page("of_partnership", workshops=found, machine=machine(), counts=counts)


@blueprint.get("/<int:number>/")
@guarded(policy.workshop_reader)
def show(slug: str, number: int) -> Page:
    """The room: agenda, people, and what is collected, live."""
    return _room(_entry_form(fresh=True))


def _room(form: forms.EntryForm, *, bad: bool = False) -> Page:
    workshop, me, user = policy.current_workshop(), policy.room_participant(), need_user()
    of_room, leads = policy.is_of_the_room(workshop, user), bool(policy.leading_roles())
    state = showing.whole(session(), workshop)
    groups = queries.groups_of(session(), workshop.id)
    mine = next((person for person in state["people"] if me is not None and person["id"] == me.id), None)
    start = {
        **state,
        "slug": current_event().slug,
        "number": workshop.session_id,
        "user": user.id,
        "leads": leads,
        "of_room": of_room,
        "votes": queries.own_votes(session(), workshop.id, user.id),
        "groups": {str(group.id): group.name for group in groups},
    }
    group_form = forms.GroupForm(formdata=None, prefix="my", data={"group": str((mine or {}).get("group") or "")})
    group_form.group.choices = _group_choices()
    facts = services.facts_of(session(), workshop)
    return page(
        "room",
        bad=bad,
        workshop=workshop,
        state=machine().state(workshop.state),
        start=start,
        form=form,
        group_form=group_form if me is not None and groups else None,
        groups=groups,
        agenda=queries.agenda_of(session(), workshop.id),
        findings=queries.findings_of(session(), workshop.id) if _sees_findings(workshop) else [],
        facilitators=queries.facilitators_of(session(), workshop.id),
        minutes=queries.minutes_of(session(), workshop.id)[:1],
        leads=leads,
        may_add=of_room and (workshop.state == "open" or (leads and workshop.state == "held")),
        steps=choices(machine(), workshop.state, policy.leading_roles(), facts),
        sections=navigation.sections("workshop", workshop),
        finding_name=wording.finding,
    )


def _sees_findings(workshop: Workshop) -> bool:
    served = workshop.partnership
    return served is not None and partnerships.belongs(session(), served, signed_in_user())


def _group_choices() -> list[tuple[str, str]]:
    groups = queries.groups_of(session(), policy.current_workshop().id)
    return [("", _("All together")), *((str(group.id), group.name) for group in groups)]


def _entry_form(*, fresh: bool) -> forms.EntryForm:
    form = forms.EntryForm(formdata=None) if fresh else forms.EntryForm()
    form.group.choices = _group_choices()
    if fresh:
        form.token.data = new_token()
    return form


def _back(workshop: Workshop, anchor: str = "") -> Response:
    return redirect(
        url_for("workshops.show", slug=current_event().slug, number=workshop.session_id, _anchor=anchor or None)
    )


@blueprint.post("/<int:number>/entries")
@limiter.limit("60/minute")
@guarded(policy.workshop_room)
def add(slug: str, number: int) -> Page:
    """Add an entry without the script."""
    workshop, form = policy.current_workshop(), _entry_form(fresh=False)

    def work() -> None:
        data = entry_data(request.form)
        services.add_entry(session(), clock(), need_user(), workshop, data, leads=bool(policy.leading_roles()))

    if submitted(form, work):
        return _back(workshop, f"{form.kind.data}-list")
    return _room(form, bad=True)


@blueprint.post("/<int:number>/entries/<int:entry>/<any(open, agreed, done, dropped):state>")
@guarded(policy.workshop_reader)
def set_state(slug: str, number: int, entry: int, state: str) -> Response:
    """Agree, tick off, drop or take up again without the script."""
    workshop, leads = policy.current_workshop(), bool(policy.leading_roles())
    row = entry_of(session(), workshop, entry)
    services.set_state(session(), clock(), need_user(), workshop, row, EntryState(state), leads=leads)
    return _back(workshop, f"entry-{entry}")


@blueprint.post("/<int:number>/entries/<int:entry>/<any(support, withdraw):step>")
@guarded(policy.workshop_room)
def vote(slug: str, number: int, entry: int, step: str) -> Response:
    """Support an idea, or no longer, without the script."""
    workshop = policy.current_workshop()
    row = entry_of(session(), workshop, entry)
    services.vote(session(), clock(), need_user(), workshop, row, on=step == "support")
    return _back(workshop, f"entry-{entry}")


@blueprint.post("/<int:number>/group")
@guarded(policy.workshop_room)
def group(slug: str, number: int) -> Response:
    """Choose one's group."""
    workshop, me, form = policy.current_workshop(), policy.room_participant(), forms.GroupForm(prefix="my")
    form.group.choices = _group_choices()
    if me is None:
        raise Forbidden(_("Only participants are in groups."))
    if form.validate_on_submit():
        services.choose_group(session(), clock(), workshop, me, int(form.group.data) if form.group.data else None)
        flash(_("Noted."), "success")
    return _back(workshop, "people")


@blueprint.post("/<int:number>/steps/<step>")
@guarded(policy.workshop_leader)
def take_step(slug: str, number: int, step: str) -> Response:
    """Open, end, finish: a step of the machine."""
    workshop, roles = policy.current_workshop(), policy.leading_roles()
    if any(t.key == step and t.source for t in machine().transitions):
        try:
            services.move(session(), clock(), need_user(), workshop, step, roles, request.form.get("comment", ""))
            flash(_("Done: %(state)s.", state=_(machine().state(workshop.state).name)), "success")
        except AppError as error:
            session().rollback()
            flash(error.message, "error")
    return _back(workshop)


def _own_panel(_subject: Any) -> dict[str, Any] | None:
    user = signed_in_user()
    own = queries.open_follow_ups(session(), user.id) if user is not None else []
    if not own:
        return None
    slugs = queries.event_slugs(session(), {row.workshop.session.event_id for row in own})
    return {"entries": own, "slugs": slugs, "today": clock()().date()}


def _session_panel(row: EventSession) -> dict[str, Any] | None:
    """The way from the programme into the room, for those who may enter it."""
    member = g.get("participant") is not None or g.get("staff_role") is not None
    if row.kind is not SessionKind.WORKSHOP or not member:
        return None
    return {"number": row.id, "title": row.title}


def is_member() -> bool:
    """True when the reader takes part in the current partnership."""
    user, found = signed_in_user(), g.get("partnership")
    return user is not None and found is not None and partnerships.belongs(session(), found, user)


def _workshop_names(db: Session, partnership: Partnership) -> partnerships.Names:
    query = select(Workshop.id, EventSession.title).join(EventSession, EventSession.id == Workshop.session_id)
    return dict(db.execute(query.where(Workshop.partnership_id == partnership.id)).all())


def init_app(app: Flask) -> None:
    """Add the entries, the sections, the documents' reader and the history."""
    app.register_blueprint(within_partnership)
    app.register_blueprint(follow_up_pages.blueprint)
    files.readable_by("workshop", policy.may_read_document)
    add_entry, entry = navigation.add_entry, navigation.NavigationEntry
    add_entry(entry("organiser", "workshops.index", _l("Workshops"), "people", 60, also=("workshops.",)))
    add_entry(
        entry("partnership", "partnership_workshops.of_partnership", _l("Workshops"), "people", 45, shown=is_member)
    )
    navigation.add_section("home", navigation.Panel("workshops/_own_follow_ups.html", _own_panel, 30))
    navigation.add_section("session", navigation.Panel("workshops/_session.html", _session_panel, 10))
    partnerships.add_history("workshop", partnerships.Told(_workshop_names, lambda *_args: machine(), ROLE_NAMES))


__all__ = ["blueprint", "init_app", "minutes_pages", "preparing_pages"]
