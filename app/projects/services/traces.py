"""Links that somebody enters by hand: from a thing to what it came from, and from a partnership to its events."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.events.models import Event
from app.partnerships.models import Partnership
from app.projects import queries
from app.projects.models import PartnershipEvent, TraceLink
from app.projects.rules.trace import STAGE_OF, Stage, Thing
from app.projects.trace_links import exists


def link_source(
    session: Session,
    clock: Clock,
    actor: User | None,
    partnership: Partnership,
    thing: Thing,
    source: Thing,
    note: str = "",
) -> TraceLink:
    """Say that a thing came from another one further up the chain.

    Raises Invalid when one of them is not there or the order is wrong, Conflict when it is said already.
    """
    order = list(Stage)
    for one in (thing, source):
        if one.kind not in STAGE_OF or not exists(session, one.kind, one.id):
            raise Invalid(_("What you want to link was not found."), field="source")
    if order.index(STAGE_OF[source.kind]) <= order.index(STAGE_OF[thing.kind]):
        raise Invalid(_("The trace leads from money to priorities, not the other way round."), field="source")
    present = queries.trace_links(session, {(thing.kind, thing.id)})
    if any((link.source_kind, link.source_id) == (source.kind, source.id) for link in present):
        raise Conflict(_("This link is there already."))
    link = TraceLink(
        partnership_id=partnership.id, kind=thing.kind, ref_id=thing.id, source_kind=source.kind, source_id=source.id,
        note=note.strip()[:500], added_at=clock(), added_by_id=actor.id if actor else None,
    )  # fmt: skip
    session.add(link)
    session.flush()
    _record(session, clock, actor, partnership, "trace.link", thing, source)
    return link


def unlink_source(session: Session, clock: Clock, actor: User, partnership: Partnership, link: TraceLink) -> None:
    """Take a link back; the audit trail keeps that it was there."""
    thing, source = Thing(link.kind, link.ref_id), Thing(link.source_kind, link.source_id)
    _record(session, clock, actor, partnership, "trace.unlink", thing, source)
    session.delete(link)
    session.flush()


def _record(
    session: Session,
    clock: Clock,
    actor: User | None,
    partnership: Partnership,
    action: str,
    thing: Thing,
    source: Thing,
) -> None:
    detail = {"thing": f"{thing.kind}:{thing.id}", "source": f"{source.kind}:{source.id}"}
    audit.record(
        session, clock, actor_id=actor.id if actor else None, action=action, subject_kind="partnership_trace",
        subject_id=partnership.id, detail=detail,
    )  # fmt: skip


def link_event(session: Session, clock: Clock, partnership: Partnership, event: Event) -> None:
    """Say that an event serves a partnership; once is enough."""
    if session.get(PartnershipEvent, (partnership.id, event.id)) is None:
        session.add(PartnershipEvent(partnership_id=partnership.id, event_id=event.id, added_at=clock()))
        session.flush()


def unlink_event(session: Session, partnership: Partnership, event: Event) -> None:
    """Take that back."""
    found = session.get(PartnershipEvent, (partnership.id, event.id))
    if found is not None:
        session.delete(found)
        session.flush()
