"""Preparing a workshop: one page with its parts, each saved by itself."""

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.core.database import session
from app.core.errors import Invalid
from app.core.guard import guarded
from app.events.policy import current_event
from app.partnerships import queries as partnerships
from app.partnerships.models import Partnership
from app.registrations.models import Participant
from app.surveys.models import MatchFinding
from app.workshops import forms, policy, queries, services, wording
from app.workshops.blueprint import Page, blueprint, clock, page, submitted
from app.workshops.process import WRITABLE, machine
from app.workshops.services import AgendaLine, GroupLine


def lines_of(text: str) -> list[list[str]]:
    """The lines of a text area, cut at semicolons; empty lines are left out."""
    return [[part.strip() for part in line.split(";")] for line in text.splitlines() if line.strip()]


def agenda_lines(text: str) -> list[AgendaLine]:
    """'20; Title; Who' line by line. Raises Invalid and names the line."""
    found = []
    for number, parts in enumerate(lines_of(text), 1):
        if len(parts) < 2 or not parts[0].isdecimal() or len(parts[0]) > 4:
            message = _(
                "Line %(n)d: begin with the minutes, then a semicolon and the title, e.g. “20; Needs”.", n=number
            )
            raise Invalid(message, field="agenda")
        found.append(AgendaLine(parts[1], int(parts[0]), "; ".join(parts[2:])))
    return found


def group_lines(text: str) -> list[GroupLine]:
    """'Name; topic; place' line by line."""
    return [GroupLine(p[0], p[1] if len(p) > 1 else "", "; ".join(p[2:])) for p in lines_of(text)]


def _partnership_choices() -> list[tuple[str, str]]:
    """Those the reader takes part in, and the one that was chosen."""
    workshop, user = policy.current_workshop(), need_user()
    found = {row.id: row for row in queries.partnerships_for(session(), user)}
    if workshop.partnership is not None:
        found[workshop.partnership.id] = workshop.partnership
    return [("", _("None")), *((str(row.id), row.name) for row in found.values())]


@blueprint.post("/<int:number>/begin")
@guarded(policy.workshop_beginner)
def begin(slug: str, number: int) -> Response:
    """Begin to prepare a session of the programme as a workshop."""
    found = policy.current_session()
    services.begin(session(), clock(), need_user(), found)
    return redirect(url_for("workshops.prepare", slug=slug, number=number))


class Parts:
    """The forms of the page; the one that was sent reads the request, the others show what is kept."""

    def __init__(self, sent: str = "") -> None:
        workshop = policy.current_workshop()
        self.purpose = self._form(forms.PurposeForm, sent == "purpose")
        self.agenda = self._form(forms.AgendaForm, sent == "agenda")
        self.groups = self._form(forms.GroupsForm, sent == "groups")
        self.finding = self._form(forms.FindingForm, sent == "findings")
        self.leader = self._form(forms.ParticipantForm, sent == "facilitators", "leader")
        self.guest = self._form(forms.ParticipantForm, sent == "guests", "guest")
        self.purpose.partnership.choices = _partnership_choices()
        if sent != "purpose":
            self.purpose.purpose.data = workshop.purpose
            self.purpose.partnership.data = str(workshop.partnership_id or "")
        if sent != "agenda":
            items = queries.agenda_of(session(), workshop.id)
            self.agenda.agenda.data = "\n".join(
                "; ".join(filter(None, (str(i.minutes), i.title, i.who))) for i in items
            )
        if sent != "groups":
            groups = queries.groups_of(session(), workshop.id)
            self.groups.groups.data = "\n".join("; ".join(_trimmed(g.name, g.topic, g.place)) for g in groups)
        linked = {row.id for row in queries.findings_of(session(), workshop.id)}
        served = workshop.partnership_id if self.sees_findings() else None
        kept = queries.kept_findings(session(), served) if served is not None else []
        self.finding.finding.choices = [(str(f.id), wording.finding(f)) for f in kept if f.id not in linked]
        people = [person.participant for person in queries.people_of(session(), workshop)]
        others = queries.outsiders_of(session(), workshop)
        leading = {row.user_id for row in queries.facilitators_of(session(), workshop.id)}
        everybody = sorted([*people, *others], key=lambda row: row.user.name)
        self.leader.participant.choices = [_choice(row) for row in everybody if row.user_id not in leading]
        self.guest.participant.choices = [_choice(row) for row in others]

    @staticmethod
    def _form(kind: type, sent: bool, prefix: str = "") -> FlaskForm:
        return kind(prefix=prefix) if sent else kind(formdata=None, prefix=prefix)

    @staticmethod
    def sees_findings() -> bool:
        """Findings are for those who take part in the partnership."""
        served = policy.current_workshop().partnership
        return served is not None and partnerships.belongs(session(), served, need_user())


def _trimmed(*parts: str) -> list[str]:
    found = list(parts)
    while len(found) > 1 and not found[-1]:
        found.pop()
    return found


def _choice(row: Participant) -> tuple[str, str]:
    return str(row.id), f"{row.user.name} · {row.organisation.name}"


@blueprint.get("/<int:number>/prepare")
@guarded(policy.workshop_leader)
def prepare(slug: str, number: int) -> Page:
    """Everything that is settled before the workshop."""
    return _page(Parts())


def _page(parts: Parts, *, bad: bool = False) -> Page:
    workshop = policy.current_workshop()
    return page(
        "prepare",
        bad=bad,
        workshop=workshop,
        state=machine().state(workshop.state),
        parts=parts,
        may_write=workshop.state in WRITABLE,
        findings=queries.findings_of(session(), workshop.id) if parts.sees_findings() else [],
        facilitators=queries.facilitators_of(session(), workshop.id),
        finding_name=wording.finding,
        sees_findings=parts.sees_findings(),
    )


def _done(anchor: str) -> Response:
    number = policy.current_workshop().session_id
    return redirect(url_for("workshops.prepare", slug=current_event().slug, number=number, _anchor=anchor))


@blueprint.post("/<int:number>/prepare/<any(purpose, agenda, groups, findings, facilitators, guests):part>")
@guarded(policy.workshop_leader)
def save(slug: str, number: int, part: str) -> Page:
    """Save one part of the preparation."""
    parts, db, tick, user = Parts(part), session(), clock(), need_user()
    workshop = policy.current_workshop()
    work = {
        "purpose": lambda: services.save_purpose(
            db, tick, user, workshop, parts.purpose.purpose.data or "", _partnership(parts.purpose)
        ),
        "agenda": lambda: services.save_agenda(db, tick, user, workshop, agenda_lines(parts.agenda.agenda.data or "")),
        "groups": lambda: services.save_groups(db, tick, user, workshop, group_lines(parts.groups.groups.data or "")),
        "findings": lambda: services.link_finding(
            db, tick, user, workshop, db.get_one(MatchFinding, int(parts.finding.finding.data))
        ),
        "facilitators": lambda: services.add_facilitator(
            db, tick, user, workshop, db.get_one(Participant, int(parts.leader.participant.data))
        ),
        "guests": lambda: services.let_in(
            db, tick, user, workshop, db.get_one(Participant, int(parts.guest.participant.data))
        ),
    }[part]
    form = {"purpose": parts.purpose, "agenda": parts.agenda, "groups": parts.groups, "findings": parts.finding,
            "facilitators": parts.leader, "guests": parts.guest}[part]  # fmt: skip
    if submitted(form, work, _("Saved.")):
        return _done(part)
    return _page(parts, bad=True)


def _partnership(form: forms.PurposeForm) -> Partnership | None:
    chosen = form.partnership.data
    return session().get_one(Partnership, int(chosen)) if chosen else None


@blueprint.post("/<int:number>/prepare/<any(findings, facilitators):part>/<int:row>/remove")
@guarded(policy.workshop_leader)
def remove(slug: str, number: int, part: str, row: int) -> Response:
    """Take a finding or a facilitator out again."""
    workshop, user = policy.current_workshop(), need_user()
    if part == "findings":
        services.unlink_finding(session(), clock(), user, workshop, row)
    else:
        services.remove_facilitator(session(), clock(), user, workshop, row)
    flash(_("Taken out."), "success")
    return _done(part)
