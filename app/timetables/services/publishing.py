"""Publishing: the draft becomes the next version that participants see."""

import re
from collections.abc import Sequence
from dataclasses import replace

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import User
from app.core import audit
from app.core.clock import Clock
from app.core.errors import Conflict
from app.events.models import Event
from app.meetings.models import MeetingRequest
from app.timetables import engine
from app.timetables.board import StableNames, participant_names
from app.timetables.changes import lock_event, record_changes
from app.timetables.exchange import schedule_of
from app.timetables.material import places_of
from app.timetables.models import Timetable, TimetableState
from app.timetables.problem import build_problem
from app.timetables.queries import draft_timetable, published_timetable
from app.timetables.rules import differences
from app.timetables.services.drafts import Spans


class PublishRefused(Conflict):
    """The judge found broken rules; `findings` lists them in words."""

    code = "publish_refused"

    def __init__(self, findings: Sequence[str]) -> None:
        self.findings = list(findings)
        shown = " ".join(self.findings[:5])
        super().__init__(
            _(
                "The draft breaks %(count)s rules and cannot be published. %(shown)s",
                count=len(self.findings),
                shown=shown,
            )
        )


def findings_in(session: Session, event: Event, timetable: Timetable) -> list[engine.Finding]:
    """What the judge finds in a timetable under the present rules of its event; empty when it is legal."""
    problem = build_problem(session, event)
    found = engine.judge(problem, schedule_of(session, event, timetable, problem)).findings
    return _named(session, event, [*found, *_wrong_lengths(session, event, timetable, problem)])


def _named(session: Session, event: Event, found: list[engine.Finding]) -> list[engine.Finding]:
    """The findings with names instead of codes in their sentences."""
    if not found:
        return found
    names = participant_names(session, event)
    rows = session.scalars(
        select(MeetingRequest)
        .where(MeetingRequest.event_id == event.id, MeetingRequest.code.in_({i for f in found for i in f.ids}))
        .options(joinedload(MeetingRequest.requester), joinedload(MeetingRequest.recipient))
    )
    for row in rows:
        who = " – ".join(names[person.code].partition(" (")[0] for person in (row.requester, row.recipient))
        names[row.code] = f"“{who}”"
    codes = re.compile(
        "|".join(rf"(?<![\w-]){re.escape(code)}(?![\w-])" for code in sorted(names, key=len, reverse=True))
    )
    return [replace(f, sentence=codes.sub(lambda match: names[match[0]], f.sentence)) for f in found]


def _wrong_lengths(session: Session, event: Event, timetable: Timetable, problem: engine.Row) -> list[engine.Finding]:
    """Meetings that take other slots than they last now: the judge knows how long a meeting is, not what it took."""
    names, spans = StableNames(session, event), Spans(problem)
    found = []
    for place in places_of(session, timetable.id).values():
        held = None if place.cancelled else names.held(place)
        if held is None or list(held.slots) == spans.of({"request": held.request, "slot": held.slot}):
            continue
        sentence = _(
            "%(request)s was placed for %(n)s slots, and that is not how long it lasts now. Move it, or start a run.",
            request=held.request,
            n=len(held.slots),
        )
        found.append(engine.Finding("length", sentence, (held.request,)))
    return found


def publish(session: Session, event: Event, actor: User | None, clock: Clock, note: str = "") -> Timetable:
    """Publish the draft as the next version. Raises Conflict without a draft, PublishRefused when it is not legal."""
    lock_event(session, event)
    draft = draft_timetable(session, event.id)
    if draft is None:
        raise Conflict(_("There is no draft to publish. Start a scheduling run first."))
    findings = findings_in(session, event, draft)
    if findings:
        raise PublishRefused([finding.sentence for finding in findings])
    before = published_timetable(session, event.id)
    old = places_of(session, before.id) if before else {}
    if before is not None:
        before.state = TimetableState.REPLACED
        session.flush()
    newest = session.scalar(select(func.max(Timetable.number)).where(Timetable.event_id == event.id))
    draft.state, draft.number, draft.note = TimetableState.PUBLISHED, (newest or 0) + 1, note.strip()[:500]
    moment = clock()
    draft.published_at, draft.published_by_id = moment, actor.id if actor else None
    session.flush()
    found = differences(old, places_of(session, draft.id))
    audit.record(
        session,
        clock,
        actor_id=actor.id if actor else None,
        action="timetable.publish",
        subject_kind="timetable",
        subject_id=draft.id,
        event_id=event.id,
        detail={"version": draft.number, "changes": len(found)},
    )
    record_changes(session, event, draft, found, actor, lambda: moment)  # later changes are told apart by their time
    return draft
