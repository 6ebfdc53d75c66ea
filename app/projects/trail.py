"""Everything that was done to a project, in words: steps of its machine and changes beside them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.models import AuditEntry
from app.i18n import plain_number
from app.projects import process
from app.projects.kinds import FundingState, PlanSection
from app.projects.models import InvestmentProject
from app.projects.origins import kind_name
from app.projects.services.projects import RECORD
from app.projects.wording import day, euros, name


@dataclass(frozen=True)
class Line:
    """One thing that was done; `documents` are name and hash of what lay before whoever took a step."""

    at: datetime
    who: str
    what: str
    comment: str = ""
    before: str = ""
    after: str = ""
    overridden: tuple[str, ...] = ()
    documents: tuple[dict[str, str], ...] = ()


def lines(session: Session, project: InvestmentProject) -> list[Line]:
    """All of it, newest first."""
    mine = AuditEntry.subject_id == project.id
    query = select(AuditEntry, User.name).outerjoin(User, User.id == AuditEntry.actor_id)
    query = query.where(mine, or_(AuditEntry.subject_kind == "project", AuditEntry.subject_kind == RECORD))
    rows = session.execute(query.order_by(AuditEntry.id.desc())).all()
    return [_line(session, project, entry, name or _("(account gone)")) for entry, name in rows]


def _line(session: Session, project: InvestmentProject, entry: AuditEntry, who: str) -> Line:
    detail: dict[str, Any] = entry.detail
    key = entry.action.partition(".")[2]
    if entry.subject_kind == RECORD:
        return Line(entry.at, who, _WORDS[key](detail) if key in _WORDS else entry.action)
    machine = process.machine_of(session, project.partnership)
    known = {transition.key: transition.name for transition in machine.transitions}

    def state(name: str) -> str:
        return _(machine.state(name).name) if name in machine.keys else name

    return Line(
        entry.at,
        who,
        _(known[key]) if key in known else entry.action,
        detail.get("comment", ""),
        state(detail.get("from", "")),
        state(detail.get("to", "")),
        tuple(detail.get("overridden", ())),
        tuple(detail.get("documents", ())),
    )


def _day(written: str) -> str:
    return day(date.fromisoformat(written))


_WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "change": lambda d: _("Description changed (%(fields)s)", fields=", ".join(d["fields"])),
    "add_origin": lambda d: _("Origin noted: %(kind)s %(id)s", kind=kind_name(d["kind"]), id=d["id"]),
    "remove_origin": lambda d: _("Origin taken back: %(kind)s %(id)s", kind=kind_name(d["kind"]), id=d["id"]),
    "add_milestone": lambda d: _("Milestone added: %(title)s, by %(due)s", title=d["title"], due=_day(d["due"])),
    "reach_milestone": lambda d: (
        _("Milestone reached: %(title)s", title=d["title"])
        if d["on"]
        else _("Milestone open again: %(title)s", title=d["title"])
    ),
    "remove_milestone": lambda d: _("Milestone taken out: %(title)s", title=d["title"]),
    "take_off": lambda d: _("Document taken off the plan: %(name)s", name=d["name"]),
    "add_indicator": lambda d: _("Indicator added: %(name)s", name=d["name"]),
    "remove_indicator": lambda d: _("Indicator taken out: %(name)s", name=d["name"]),
    "measure": lambda d: _(
        "%(name)s measured: %(value)s on %(day)s", name=d["name"], value=plain_number(d["value"]), day=_day(d["day"])
    ),
    "add_document": lambda d: _("Document kept: %(name)s", name=d["name"]),
    "add_partner": lambda d: _("Partner added: %(name)s", name=d["name"]),
    "change_partner": lambda d: _("Partner changed: %(name)s", name=d["name"]),
    "remove_partner": lambda d: _("Partner taken out: %(name)s", name=d["name"]),
    "keep_letter": lambda d: _("Letter of %(name)s kept: %(file)s", name=d["partner"], file=d["name"]),
    "add_person": lambda d: _("Rights of an account set: %(role)s", role=d["role"]),
    "remove_person": lambda d: _("Rights of an account taken away: %(role)s", role=d["role"]),
    "write_plan": lambda d: _(
        "Business plan, %(section)s: version %(n)s", section=name(PlanSection(d["section"])), n=d["number"]
    ),
    "add_cost": lambda d: _("Cost added: %(label)s, %(euros)s", label=d["label"], euros=euros(d["euros"])),
    "change_cost": lambda d: _("Cost changed: %(label)s, %(euros)s", label=d["label"], euros=euros(d["euros"])),
    "remove_cost": lambda d: _("Cost taken out: %(label)s, %(euros)s", label=d["label"], euros=euros(d["euros"])),
    "add_funding": lambda d: _(
        "Funding line added: %(n)s, %(e)s, %(s)s", n=d["name"], e=euros(d["euros"]), s=name(FundingState(d["state"]))
    ),
    "change_funding": lambda d: _(
        "Funding line changed: %(n)s, %(e)s, %(s)s", n=d["name"], e=euros(d["euros"]), s=name(FundingState(d["state"]))
    ),
    "remove_funding": lambda d: _("Funding line taken out: %(n)s, %(e)s", n=d["name"], e=euros(d["euros"])),
    "declare_gap": lambda d: _("Gap declared: %(euros)s", euros=euros(d["euros"])),
}
