"""Pages of the regions of a partnership and of the people who act in it."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.core import files
from app.core.database import session
from app.core.errors import Forbidden, Invalid, NotFound
from app.core.guard import guarded
from app.core.transitions import choices
from app.core.uploads import takes_files
from app.organisations import reference
from app.partnerships import forms, gathering, queries, services
from app.partnerships.blueprint import Page, blueprint, clock, page, submitted
from app.partnerships.models import (
    REGION_ROLES,
    MemberRole,
    Partnership,
    PartnershipMember,
    PartnershipRole,
    RegionalPriority,
    Role,
)
from app.partnerships.policy import (
    current_partnership,
    current_roles,
    partnership_insider,
    partnership_joining,
    partnership_lead,
    partnership_region,
)

REGION_LEVELS = (1, 2)
CASE_ROLES = (Role.EXPERT, Role.ELIGIBILITY_OFFICER, Role.EVALUATOR)


def region_choices() -> dict[str, list[tuple[str, str]]]:
    """Regions of levels 1 and 2 by country, for a select; not the extra-regio codes that end in Z."""
    found: dict[str, list[tuple[str, str]]] = {}
    for entry in reference.regions():
        if entry.level in REGION_LEVELS and not entry.code.endswith("Z"):
            country = reference.countries().label(reference.region_country(entry.code))
            found.setdefault(country, []).append((entry.code, f"{entry.name} ({entry.code})"))
    return dict(sorted(found.items()))


def find_member(number: int) -> PartnershipMember:
    """A region of the current partnership; raises NotFound."""
    member = session().get(PartnershipMember, number)
    if member is None or member.partnership_id != current_partnership().id:
        raise NotFound(_("There is no such region in this partnership."))
    return member


def own_member(number: int) -> PartnershipMember:
    """A region the reader speaks for, or any of them for the secretariat; raises Forbidden."""
    member = find_member(number)
    mine = {m.id for m in queries.own_members(session(), current_partnership(), need_user())}
    if member.id not in mine and "secretariat" not in current_roles():
        raise Forbidden(_("You do not speak for this region."))
    return member


@blueprint.route("/<partnership>/regions", methods=["GET", "POST"])
@guarded(partnership_insider)
def regions(partnership: str) -> Page:
    """The regions with letters, priorities and what may be done; lead regions invite others."""
    found, user = current_partnership(), need_user()
    form = forms.InviteRegionForm()
    form.nuts.choices = region_choices()
    may_invite = bool(current_roles() & {"lead", "secretariat"})

    def work() -> None:
        if not may_invite:
            raise Forbidden(_("Only lead regions invite others."))
        member = services.add_member(
            session(), clock(), found, user, nuts=form.nuts.data, role=MemberRole.PARTICIPANT, way="invite",
            roles=current_roles(), motivation=form.motivation.data or "", contribution=form.contribution.data or "",
        )  # fmt: skip
        path = url_for("partnerships.region", partnership=partnership, number=member.id)
        services.invite_to_role(
            session(), clock(), user, Role.REGION_REPRESENTATIVE, found, email=form.email.data or "",
            name=form.name.data or "", path=path, member=member,
        )  # fmt: skip

    if submitted(form, work, _("The region is invited; the mail is on its way.")):
        return redirect(url_for("partnerships.regions", partnership=partnership))
    members = queries.members_of(session(), found.id, everybody=True)
    letters = gathering.current_letters(session(), members)
    machine = queries.machine_of(session(), found, "membership")
    bad = request.method == "POST"
    return page("regions", bad=bad, form=form, members=members, letters=letters, machine=machine, may_invite=may_invite)


@blueprint.route("/<partnership>/join", methods=["GET", "POST"])
@guarded(partnership_joining)
def join(partnership: str) -> Page:
    """A region asks to join a partnership that is public."""
    found, user = current_partnership(), need_user()
    form = forms.JoinForm()
    form.nuts.choices = region_choices()
    made: list[PartnershipMember] = []

    def work() -> None:
        member = services.add_member(
            session(), clock(), found, user, nuts=form.nuts.data, role=MemberRole.PARTICIPANT, way="ask",
            roles=frozenset({"region"}), motivation=form.motivation.data or "",
            contribution=form.contribution.data or "",
        )  # fmt: skip
        services.give_role(session(), clock(), user, user, Role.REGION_REPRESENTATIVE, found, member=member)
        made.append(member)

    if submitted(form, work, _("Asked. Now upload the letter and link your strategy.")):
        return redirect(url_for("partnerships.region", partnership=partnership, number=made[0].id))
    return page("join", bad=request.method == "POST", form=form)


@blueprint.get("/<partnership>/regions/<int:number>")
@guarded(partnership_region)
def region(partnership: str, number: int) -> Page:
    """One region: what it brings, its letter, its priorities, what may be done."""
    return region_page(find_member(number), forms.LetterForm(), forms.PriorityForm())


def region_page(member: PartnershipMember, letter_form: forms.LetterForm, priority_form: forms.PriorityForm) -> Page:
    """The page of one region, with whatever form came back on it."""
    found, user = current_partnership(), need_user()
    machine = queries.machine_of(session(), found, "membership")
    case = gathering.member_facts(session(), clock(), found, member)
    roles = queries.roles_at_member(session(), member, user)
    linked = {link.priority_id for link in member.priorities}
    return page(
        "region",
        bad=bool(letter_form.errors or priority_form.errors),
        member=member,
        state=machine.state(member.state),
        steps=choices(machine, member.state, roles, case),
        letter=gathering.current_letter(session(), member),
        letter_form=letter_form,
        priority_form=priority_form,
        may_write=bool(roles & {"region", "secretariat"}),
        may_lead=bool(roles & {"lead", "secretariat"}) and member.state == queries.MEMBER,
        known=[p for p in queries.priorities_of(session(), member.nuts) if p.id not in linked],
    )


@blueprint.post("/<partnership>/regions/<int:number>/step/<step>")
@guarded(partnership_region)
def region_step(partnership: str, number: int, step: str) -> Response:
    """Take a transition of a membership."""
    member = find_member(number)
    machine = queries.machine_of(session(), current_partnership(), "membership")
    if all(t.key != step or not t.source for t in machine.transitions):
        raise NotFound(_("There is no such step."))
    services.move_member(session(), clock(), member, need_user(), step, request.form.get("comment", ""))
    flash(_("Done: %(state)s.", state=_(machine.state(member.state).name)), "success")
    return redirect(url_for("partnerships.region", partnership=partnership, number=number))


@blueprint.post("/<partnership>/regions/<int:number>/role/<any(lead, participant):role>")
@guarded(partnership_lead)
def region_role(partnership: str, number: int, role: str) -> Response:
    """Make a region a lead or a participant."""
    member = find_member(number)
    services.change_member_role(session(), clock(), member, need_user(), MemberRole(role))
    flash(_("The region’s role is changed."), "success")
    return redirect(url_for("partnerships.region", partnership=partnership, number=number))


@blueprint.post("/<partnership>/regions/<int:number>/letter")
@takes_files
@guarded(partnership_region)
def region_letter(partnership: str, number: int) -> Page:
    """Upload the commitment letter of one's region."""
    member, form = own_member(number), forms.LetterForm()

    def work() -> None:
        names = ("signatory", "function", "authority", "signed_on", "months")
        values = {name: form[name].data for name in names}
        values |= {"fte": float(form.fte.data or 0), "budget": float(form.budget.data or 0)}
        services.add_letter(session(), clock(), member, need_user(), form.file.data, values)

    if submitted(form, work, _("The letter is on file.")):
        return redirect(url_for("partnerships.region", partnership=partnership, number=number) + "#letter")
    return region_page(member, form, forms.PriorityForm(formdata=None))


@blueprint.post("/<partnership>/regions/<int:number>/priorities")
@guarded(partnership_region)
def region_priorities(partnership: str, number: int) -> Page:
    """Link a priority of the region's strategy: a known one, or a new one."""
    member, form = own_member(number), forms.PriorityForm()
    known = request.form.get("priority_id", "")
    if known.isdecimal():
        priority = session().get(RegionalPriority, int(known))
        if priority is None:
            raise NotFound(_("There is no such priority."))
        services.link_priority(session(), member, priority)
        flash(_("The priority is linked."), "success")
        return redirect(url_for("partnerships.region", partnership=partnership, number=number) + "#priorities")

    def work() -> None:
        values = {name: form[name].data or "" for name in ("title", "link", "code")}
        priority = services.add_priority(session(), clock(), need_user(), member.nuts, values)
        services.link_priority(session(), member, priority, page=form.page.data or "", quote=form.quote.data or "")

    if submitted(form, work, _("The priority is linked.")):
        return redirect(url_for("partnerships.region", partnership=partnership, number=number) + "#priorities")
    return region_page(member, forms.LetterForm(formdata=None), form)


@blueprint.route("/<partnership>/people", methods=["GET", "POST"])
@takes_files
@guarded(partnership_lead)
def people(partnership: str) -> Page:
    """Who acts in this partnership. Lead regions name who speaks for regions, the secretariat experts and judges."""
    found, user, form = current_partnership(), need_user(), forms.PersonForm()
    form.role.choices = role_choices()
    form.member_id.choices = [(0, _("No region"))] + [
        (m.id, reference.regions().label(m.nuts)) for m in queries.members_of(session(), found.id, everybody=True)
    ]

    def work() -> None:
        role = Role(form.role.data)
        member = find_member(form.member_id.data) if form.member_id.data and role in REGION_ROLES else None
        path = url_for("partnerships.show", partnership=partnership)
        row = services.invite_to_role(
            session(), clock(), user, role, found, email=form.email.data or "", name=form.name.data or "", path=path,
            member=member,
        )  # fmt: skip
        if role is Role.MANDATED_ORGANISATION:
            row.mandate_file_id = keep_mandate(found, form)

    if submitted(form, work, _("The role is given; the mail is on its way.")):
        return redirect(url_for("partnerships.people", partnership=partnership))
    rows = queries.roles_given(session(), found.id)
    return page("people", bad=request.method == "POST", form=form, rows=rows, names=dict(role_choices(everything=True)))


def keep_mandate(found: Partnership, form: forms.PersonForm) -> int:
    """The mandate letter of an organisation; raises Invalid without one."""
    if not form.mandate.data or not form.mandate.data.filename:
        raise Invalid(_("A mandated organisation needs its mandate letter."), field="mandate")
    try:
        stored = files.store_upload(
            session(), clock(), form.mandate.data, subject_kind="partnership", subject_id=found.id,
            actor_id=need_user().id,
        )  # fmt: skip
    except Invalid as error:
        raise Invalid(error.message, field="mandate") from error
    return stored.id


def role_choices(*, everything: bool = False) -> list[tuple[str, str]]:
    """The roles the reader may give in a partnership."""
    names = {
        Role.REGION_REPRESENTATIVE: _("Speaks for a region"),
        Role.MANDATED_ORGANISATION: _("Mandated organisation"),
        Role.EXPERT: _("Expert"),
        Role.ELIGIBILITY_OFFICER: _("Eligibility officer"),
        Role.EVALUATOR: _("Evaluator"),
        Role.SECRETARIAT: _("Secretariat"),
    }
    allowed = set(names) if everything else set(REGION_ROLES)
    if not everything and "secretariat" in current_roles():
        allowed |= set(CASE_ROLES)
    return [(role.value, name) for role, name in names.items() if role in allowed]


@blueprint.post("/<partnership>/people/<int:number>/end")
@guarded(partnership_lead)
def end_person(partnership: str, number: int) -> Response:
    """End a role in this partnership."""
    row = session().get(PartnershipRole, number)
    if row is None or row.partnership_id != current_partnership().id:
        raise NotFound(_("There is no such role."))
    if row.role not in REGION_ROLES and "secretariat" not in current_roles():
        raise Forbidden(_("Only the secretariat ends this role."))
    services.end_role(session(), clock(), need_user(), row)
    flash(_("The role has ended."), "success")
    return redirect(url_for("partnerships.people", partnership=partnership))
