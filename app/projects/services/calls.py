"""Calls for proposals, entered by the secretariat for everybody."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.clock import Clock
from app.core.errors import Invalid
from app.projects.calls import rules_data
from app.projects.kinds import Source
from app.projects.models import FundingCall
from app.projects.rules.material import FULL, ConsortiumRules


@dataclass(frozen=True)
class CallData:
    """A call as its form has it; `rate_cap` in basis points, amounts in whole euros."""

    code: str
    title: str
    source: Source
    link: str = ""
    opens_on: date | None = None
    deadline: datetime | None = None
    rate_cap: int | None = None
    min_euros: int | None = None
    max_euros: int | None = None
    min_trl: int | None = None
    consortium: ConsortiumRules = field(default_factory=ConsortiumRules)
    note: str = ""


def add_call(session: Session, clock: Clock, actor: User | None, data: CallData) -> FundingCall:
    """Add a call. Raises Invalid with the field."""
    call = FundingCall(created_at=clock(), **_checked(session, data, None))
    session.add(call)
    session.flush()
    _record(session, clock, actor, call, "call.add")
    return call


def change_call(session: Session, clock: Clock, actor: User, call: FundingCall, data: CallData) -> None:
    """Change a call; funding lines under it are judged by the new rules. Raises Invalid with the field."""
    for name, value in _checked(session, data, call).items():
        setattr(call, name, value)
    session.flush()
    _record(session, clock, actor, call, "call.change")


def _record(session: Session, clock: Clock, actor: User | None, call: FundingCall, action: str) -> None:
    detail = {"code": call.code, "rate_cap": call.rate_cap, "rules": call.rules}
    audit.record(
        session, clock, actor_id=actor.id if actor else None, action=action, subject_kind="funding_call",
        subject_id=call.id, detail=detail,
    )  # fmt: skip


def _checked(session: Session, data: CallData, own: FundingCall | None) -> dict[str, Any]:
    code, title = " ".join(data.code.split()), " ".join(data.title.split())
    if not code or len(code) > 60:
        raise Invalid(_("Enter the code of the call, at most %(n)d characters.", n=60), field="code")
    taken = session.scalars(select(FundingCall.id).where(FundingCall.code == code)).first()
    if taken is not None and (own is None or own.id != taken):
        raise Invalid(_("There is a call %(code)s already.", code=code), field="code")
    if not title or len(title) > 200:
        raise Invalid(_("Give the call a title of at most %(n)d characters.", n=200), field="title")
    if data.link and not data.link.startswith(("https://", "http://")):
        raise Invalid(_("A link starts with https://."), field="link")
    if data.rate_cap is not None and not 1 <= data.rate_cap <= FULL:
        raise Invalid(_("A rate lies between 0 and 100 %%."), field="rate_cap")
    if data.min_euros is not None and data.max_euros is not None and data.min_euros > data.max_euros:
        raise Invalid(_("The largest grant is below the smallest."), field="max_euros")
    if data.min_trl is not None and not 1 <= data.min_trl <= 9:
        raise Invalid(_("Readiness levels go from 1 to 9."), field="min_trl")
    if data.opens_on and data.deadline and data.opens_on > data.deadline.date():
        raise Invalid(_("The call closes before it opens."), field="deadline")
    return {
        "code": code,
        "title": title,
        "source": data.source,
        "link": data.link.strip(),
        "opens_on": data.opens_on,
        "deadline": data.deadline,
        "rate_cap": data.rate_cap,
        "min_euros": data.min_euros,
        "max_euros": data.max_euros,
        "min_trl": data.min_trl,
        "rules": rules_data(data.consortium),
        "note": data.note.strip(),
    }
