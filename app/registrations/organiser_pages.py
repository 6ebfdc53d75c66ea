"""The organiser's pages: the list of participants, one participant with everything, adding somebody."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.accounts import mails as account_mails
from app.accounts import services as accounts
from app.accounts.policy import need_user
from app.core import navigation
from app.core.database import session
from app.core.errors import Conflict, Invalid
from app.core.guard import guarded
from app.events.models import MeetingTable
from app.events.policy import current_event, event_organiser, event_staff
from app.events.queries import tables_of, types_of
from app.organisations import reference
from app.organisations import services as organisations
from app.registrations import queries, services
from app.registrations.blueprint import blueprint, clock
from app.registrations.forms import (
    AddParticipantForm,
    LimitsForm,
    ReasonForm,
    attach,
    fill_organisation,
    fill_person,
    number_or_none,
)
from app.registrations.joining import ORGANISATION_FIELDS, Answer, organisation_data, profile_data
from app.registrations.models import Participant, RegistrationState
from app.registrations.policy import current_participant, own_or_organised, participant_at_desk


def _filters() -> queries.Filters:
    """What the address asks for; nonsense in it is ignored."""
    given = request.args
    states = {state.value: state for state in RegistrationState}
    return queries.Filters(
        text=given.get("q", "").strip(),
        state=states.get(given.get("state", "")),
        type_id=number_or_none(given.get("type")),
        country=given.get("country", "") if given.get("country", "") in reference.countries() else "",
        organisation_id=number_or_none(given.get("organisation")),
        sort=given.get("sort", "name") if given.get("sort", "name") in queries.SORTS else "name",
        descending=given.get("order") == "descending",
        page=number_or_none(given.get("page")) or 1,
    )


@blueprint.get("/organise/participants")
@guarded(event_staff)
def participants(slug: str) -> str:
    """All registrations, to search, filter, sort and approve."""
    event, filters = current_event(), _filters()
    types = types_of(session(), event.id)
    label = reference.countries().label
    countries = [(code, label(code)) for code, _count in queries.counts_by_country(session(), event.id)]
    return render_template(
        "registrations/participants.html",
        filters=filters,
        found=queries.participants_page(session(), event.id, filters),
        counts={state.value: n for state, n in queries.counts_by_state(session(), event.id).items()},
        state_names=_state_names(),
        types=types,
        types_choices=[(kind.id, kind.name) for kind in types],
        country_choices=sorted(countries, key=lambda pair: pair[1]),
        address=_list_address,
        sort_address=lambda key, descending: _list_address(sort=key, order="descending" if descending else ""),
        page_address=lambda page: _list_address(page=page),
        per_page=queries.PAGE_LENGTH,
    )


def _state_names() -> dict[str, str]:
    return {
        "pending": _("Waiting for approval"),
        "approved": _("Approved"),
        "rejected": _("Not admitted"),
        "cancelled": _("Cancelled"),
    }


def _list_address(**changes: object) -> str:
    """The list's address with some of its filters changed; empty ones are left out."""
    values = {**request.args.to_dict(), **{key: str(value) for key, value in changes.items()}}
    if "page" not in changes:
        values.pop("page", None)
    kept = {key: value for key, value in values.items() if value and key != "slug"}
    return url_for("registrations.participants", slug=current_event().slug, **kept)  # type: ignore[arg-type]


@blueprint.post("/organise/participants/approve")
@guarded(event_organiser)
def approve(slug: str) -> Response:
    """Approve those that are ticked."""
    codes = request.form.getlist("code")
    chosen = session().scalars(
        queries.with_people(
            select(Participant).where(Participant.event_id == current_event().id, Participant.code.in_(codes))
        )
    )
    waiting = [p for p in chosen if p.state in (RegistrationState.PENDING, RegistrationState.REJECTED)]
    number = services.approve(session(), clock(), need_user(), waiting)
    if number:
        flash(_("%(n)d participants approved; each gets a mail.", n=number), "success")
    else:
        flash(_("Nobody was approved: tick those who wait for approval first."), "warning")
    back = request.form.get("back", "")
    own = url_for("registrations.participants", slug=slug)
    return redirect(back if back.startswith(own) else own)


@blueprint.get("/organise/participants/<code>")
@guarded(participant_at_desk)
def participant(slug: str, code: str) -> str:
    """One participant with everything the organiser knows."""
    found = current_participant()
    return render_template(
        "registrations/participant.html",
        sessions=queries.sessions_signed_up(session(), found.id),
        absences=len(queries.absences_of(session(), found.id)),
        colleagues=queries.colleagues_of(session(), found),
        sections=navigation.sections("participant", found),
        limits_form=_limits_form(found),
        reason_form=ReasonForm(formdata=None),
    )


@blueprint.post("/organise/participants/<code>/decide")
@guarded(own_or_organised)
def decide(slug: str, code: str) -> Response:
    """Approve, turn down, or admit again somebody who had cancelled."""
    found, how = current_participant(), request.form.get("how", "")
    if how == "approve":
        services.approve(session(), clock(), need_user(), [found])
        flash(_("%(name)s is approved and gets a mail.", name=found.user.name), "success")
    elif how == "reject":
        services.reject(session(), clock(), need_user(), found, request.form.get("reason", ""))
        flash(_("%(name)s is not admitted and gets your reason by mail.", name=found.user.name), "success")
    else:
        raise Invalid(_("Choose to approve or to turn down."), field="how")
    return redirect(url_for("registrations.participant", slug=slug, code=code))


def _limits_form(found: Participant, *, posted: bool = False) -> LimitsForm:
    values = {
        "max_meetings": found.max_meetings,
        "min_meetings": found.min_meetings,
        "own_table": found.own_table_id,
    }
    form = LimitsForm(data=values) if posted else LimitsForm(formdata=None, data=values)
    tables = [(table.id, f"{table.label} ({table.zone.name})") for table in tables_of(session(), found.event_id)]
    form.own_table.choices = [("", _("Any table")), *tables]
    return form


@blueprint.post("/organise/participants/<code>/limits")
@guarded(own_or_organised)
def limits(slug: str, code: str) -> Answer:
    """Set one person's limits and own table."""
    found = current_participant()
    form = _limits_form(found, posted=True)
    if form.validate():
        table = session().get(MeetingTable, form.own_table.data) if form.own_table.data else None
        try:
            services.set_limits(
                session(),
                clock(),
                need_user(),
                found,
                max_meetings=form.max_meetings.data,
                min_meetings=form.min_meetings.data,
                own_table=table,
            )
        except (Invalid, Conflict) as error:
            attach(form, error if isinstance(error, Invalid) else Invalid(error.message, field="own_table"))
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("registrations.participant", slug=slug, code=code))
    return render_template("registrations/limits.html", form=form), 422


@blueprint.route("/organise/participants/new", methods=["GET", "POST"])
@guarded(event_organiser)
def add_participant(slug: str) -> Answer:
    """Register somebody by hand."""
    event, user = current_event(), need_user()
    form, types = AddParticipantForm(), types_of(session(), current_event().id)
    fill_person(form, event, types)
    fill_organisation(form)
    if form.validate_on_submit():
        try:
            account = accounts.find_or_create_user(session(), clock(), email=form.email.data, name=form.name.data)
            employer = organisations.find_or_create(session(), clock(), user, organisation_data(form))
            data = profile_data(form, employer, types)
            added = services.register(session(), clock(), user, event, account, data, state=RegistrationState.APPROVED)
        except Conflict as error:
            attach(form, Invalid(error.message, field="email"))
        except Invalid as error:
            attach(form, error, ORGANISATION_FIELDS)
        else:
            if form.invite.data:
                invite(added)
            flash(_("%(name)s is registered.", name=account.name), "success")
            return redirect(url_for("registrations.participant", slug=slug, code=added.code))
    status = 200 if request.method == "GET" else 422
    return render_template("registrations/add_participant.html", form=form), status


def invite(added: Participant) -> None:
    """Mail somebody who was registered by others a link to their profile."""
    what_for = _("to take part in %(event)s", event=added.event.name)
    path = url_for("registrations.profile", slug=added.event.slug)
    account_mails.send_invitation(session(), clock(), added.user, what_for, need_user().name, path)
