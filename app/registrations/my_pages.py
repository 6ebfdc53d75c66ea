"""A participant's own pages; under an organiser's address the same pages serve on their behalf."""

from datetime import date
from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.core import facts
from app.core.clock import in_zone
from app.core.database import session
from app.core.errors import Conflict, Invalid, NotFound
from app.core.guard import guarded
from app.events.models import EventSession
from app.events.policy import current_event
from app.events.queries import sessions_of, slots_of, types_of
from app.organisations import services as organisations
from app.organisations.queries import organisation_named
from app.registrations import queries, rules, services
from app.registrations.blueprint import blueprint, clock, now, place
from app.registrations.forms import (
    MyOrganisationForm,
    PersonForm,
    ReasonForm,
    attach,
    fill_organisation,
    fill_person,
    person_values,
)
from app.registrations.joining import ORGANISATION_FIELDS, Answer, organisation_data, profile_data
from app.registrations.models import Participant, RegistrationState
from app.registrations.policy import current_participant, own_or_organised, registered

BEHALF = "/organise/participants/<code>"


def profile_checks(participant: Participant) -> list[rules.ProfileCheck]:
    """What makes a profile complete: our own part of it, then what later features judge."""
    organisation = participant.organisation
    edit, employer = "registrations.edit_profile", "registrations.organisation"
    own = [
        rules.ProfileCheck(
            _("A few sentences about you"), _("People accept requests from somebody they can picture."),
            len(participant.about) >= 40, edit,
        ),
        rules.ProfileCheck(
            _("Languages"), _("Meetings are only proposed where you share a language."),
            bool(participant.languages), edit,
        ),
        rules.ProfileCheck(
            _("Place in the value chain and readiness levels"),
            _("Complementary partners are found through them."),
            participant.value_chain_position is not None and participant.trl_min is not None, edit,
        ),
        rules.ProfileCheck(
            _("Sector and region of your organisation"), _("Others filter by them, and regional matches rest on them."),
            organisation.nace is not None and organisation.nuts is not None, employer,
        ),
    ]  # fmt: skip
    answers = facts.profile_judged.send(session(), participant=participant)
    return [check for _receiver, checks in answers for check in checks or []] + own


@blueprint.get("/me")
@guarded(registered)
def profile(slug: str) -> str:
    """One's own registration at a glance: state, what is missing and why it matters."""
    participant = current_participant()
    checks = profile_checks(participant)
    signed_up = queries.sessions_signed_up(session(), participant.id)
    admitted = participant.state is RegistrationState.APPROVED  # who is not sees nobody's name yet
    return render_template(
        "registrations/profile.html",
        checks=checks,
        percent=rules.completeness(checks),
        sessions=signed_up,
        absences=len(queries.absences_of(session(), participant.id)),
        colleagues=queries.colleagues_of(session(), participant) if admitted else [],
    )


@blueprint.route("/me/profile", methods=["GET", "POST"])
@blueprint.route(BEHALF + "/profile", methods=["GET", "POST"])
@guarded(own_or_organised)
def edit_profile(slug: str, code: str | None = None) -> Answer:
    """What a participant says of themselves."""
    participant = current_participant()
    types = types_of(session(), current_event().id)
    form = PersonForm(data=person_values(participant))
    fill_person(form, current_event(), types)
    if form.validate_on_submit():
        data = profile_data(form, participant.organisation, types)
        try:
            services.update_profile(session(), clock(), need_user(), participant, data)
        except Invalid as error:
            attach(form, error)
        else:
            flash(_("Saved."), "success")
            return redirect(home_of())
    return render_template("registrations/edit_profile.html", form=form), 200 if request.method == "GET" else 422


@blueprint.route("/me/organisation", methods=["GET", "POST"])
@blueprint.route(BEHALF + "/organisation", methods=["GET", "POST"])
@guarded(own_or_organised)
def organisation(slug: str, code: str | None = None) -> Answer:
    """Correct the organisation's entry, or move to another one."""
    participant = current_participant()
    present = participant.organisation
    may_correct = code is not None or not queries.shared_by_others(session(), participant)
    fields = ("country", "kind", "size", "nuts", "nace", "website")
    values = {name: getattr(present, name) or "" for name in fields}
    form = MyOrganisationForm(data={**values, "organisation": present.name})
    form.change.choices = [("correct", _("The entry of %(name)s needs a correction", name=present.name))]
    form.change.choices += [("other", _("Another organisation"))]
    fill_organisation(form)
    if form.validate_on_submit():
        try:
            _change_organisation(form, participant, may_correct=may_correct)
        except Invalid as error:
            attach(form, error, ORGANISATION_FIELDS)
        else:
            flash(_("Saved."), "success")
            return redirect(home_of())
    status = 200 if request.method == "GET" else 422
    return render_template("registrations/organisation.html", form=form, may_correct=may_correct), status


def _change_organisation(form: MyOrganisationForm, participant: Participant, *, may_correct: bool) -> None:
    data, user, present = organisation_data(form), need_user(), participant.organisation
    if form.change.data == "correct":
        if not may_correct:
            raise Invalid(_("Others share this entry; ask the organisers of the event to correct it."), field="change")
        organisations.update(session(), clock(), user, present, data)
        facts.tell_participant_changed(session(), participant=participant, actor=user, clock=clock())
        return
    if organisation_named(session(), data.name, data.country) is present:
        raise Invalid(_("This is the organisation you belong to already."), field="name")
    found = organisations.find_or_create(session(), clock(), user, data)
    services.update_profile(session(), clock(), user, participant, services.profile_of(participant, organisation=found))


@blueprint.route("/me/availability", methods=["GET", "POST"])
@blueprint.route(BEHALF + "/availability", methods=["GET", "POST"])
@guarded(own_or_organised)
def availability(slug: str, code: str | None = None) -> Answer:
    """When the participant can meet: a tile per slot, by day."""
    participant = current_participant()
    slots = [slot for slot in slots_of(session(), current_event().id) if slot.is_open]
    taken = rules.taken_slots(slots, queries.sessions_signed_up(session(), participant.id))
    absent = queries.absences_of(session(), participant.id)
    fixed = {slot.id for slot in slots if slot.starts_at <= now() or slot.id in taken}
    if request.method == "POST":
        free = {int(text) for text in request.form.getlist("free") if text.isdecimal()}
        day, _bar, how = request.form.get("whole", "").partition("|")
        for slot in slots:
            if slot.day.isoformat() == day:
                free = free | {slot.id} if how == "free" else free - {slot.id}
        editable = {slot.id for slot in slots} - fixed
        wanted = (absent - editable) | (editable - free)
        services.set_absences(session(), clock(), need_user(), participant, wanted)
        _save_wishes(participant, {slot.id for slot in slots})
        flash(_("Your times are saved."), "success")
        if day:
            return redirect(url_for("registrations.availability", **place()))
        return redirect(url_for("registrations.sessions", **place()) if "journey" in place() else home_of())
    days = [(day, list(members)) for day, members in groupby(slots, key=lambda slot: slot.day)]
    return render_template(
        "registrations/availability.html",
        days=days,
        taken=taken,
        absent=absent,
        fixed=fixed,
        wishes=queries.wishes_of(session(), participant.id),
        now=now(),
    )


def _save_wishes(participant: Participant, slot_ids: set[int]) -> None:
    """Save what the form says of better and worse times; a field that was not sent changes nothing."""
    words = {"preferred": True, "disliked": False, "": None}
    sent = {slot_id: request.form[f"wish-{slot_id}"] for slot_id in slot_ids if f"wish-{slot_id}" in request.form}
    if any(word not in words for word in sent.values()):
        raise Invalid(_("Choose one of the wishes on offer."), field="slots")
    most = participant.max_in_a_row
    if "max_in_a_row" in request.form:
        text = request.form["max_in_a_row"].strip()
        if text and not text.isdecimal():
            raise Invalid(_("The most meetings in a row is a number, or empty."), field="max_in_a_row")
        most = int(text) if text else None
    wishes = {slot_id: words[word] for slot_id, word in sent.items()}
    services.set_wishes(session(), clock(), need_user(), participant, wishes, max_in_a_row=most)


@blueprint.get("/me/sessions")
@blueprint.get(BEHALF + "/sessions")
@guarded(own_or_organised)
def sessions(slug: str, code: str | None = None) -> str:
    """The sessions of the event, with sign-up."""
    participant, event = current_participant(), current_event()
    offered = [s for s in sessions_of(session(), event.id) if s.sign_up]
    mine = queries.sessions_signed_up(session(), participant.id)
    return render_template(
        "registrations/sessions.html",
        days=[(day, list(group)) for day, group in groupby(offered, key=_local_day)],
        mine={s.id for s in mine},
        clashes={s.id: rules.first_overlap(s, [m for m in mine if m.id != s.id]) for s in offered},
        counts=queries.sign_up_counts(session(), event.id),
        now=now(),
    )


def _local_day(timed: EventSession) -> date:
    return in_zone(timed.starts_at, current_event().time_zone).date()


@blueprint.post("/me/sessions/<int:session_id>/<any(join, leave):step>")
@blueprint.post(BEHALF + "/sessions/<int:session_id>/<any(join, leave):step>")
@guarded(own_or_organised)
def change_session(slug: str, session_id: int, step: str, code: str | None = None) -> Response:
    """Take a place in a session or give it back."""
    wanted = session().get(EventSession, session_id)
    if wanted is None or wanted.event_id != current_event().id:
        raise NotFound(_("This session is not part of the programme any more."))
    if step == "join":
        services.sign_up(session(), clock(), need_user(), current_participant(), wanted)
        flash(_("You have a place in “%(title)s”.", title=wanted.title), "success")
    else:
        services.leave_session(session(), clock(), need_user(), current_participant(), wanted)
        flash(_("Your place in “%(title)s” is free again.", title=wanted.title), "success")
    return redirect(url_for("registrations.sessions", **place(), _anchor=f"session-{session_id}"))


@blueprint.route("/me/leave", methods=["GET", "POST"])
@blueprint.route(BEHALF + "/cancel", methods=["GET", "POST"])
@guarded(own_or_organised)
def leave(slug: str, code: str | None = None) -> Answer:
    """Cancel a registration; first the page says what happens to whom."""
    participant = current_participant()
    if not rules.may_become(participant.state, RegistrationState.CANCELLED):
        raise Conflict(_("This registration is not active; there is nothing to cancel."))
    form = ReasonForm()
    if form.validate_on_submit():
        services.cancel(session(), clock(), need_user(), participant, form.reason.data)
        flash(_("The registration of %(name)s is cancelled.", name=participant.user.name), "success")
        return redirect(home_of())
    consequences = services.consequences_of_leaving(session(), participant)
    status = 200 if request.method == "GET" else 422
    return render_template("registrations/leave.html", form=form, consequences=consequences), status


def home_of() -> str:
    """Where one goes after saving: the own profile, or the organiser's page of the participant."""
    values = place()
    values.pop("journey", None)
    return url_for("registrations.participant" if "code" in values else "registrations.profile", **values)
