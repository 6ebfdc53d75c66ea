"""Facts one feature announces and later features react to, as blinker signals.

A receiver runs inside the announcing transaction: what it writes is committed or undone together with the fact. The
sender is always the SQLAlchemy session; everything else is named.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from blinker import Namespace
from sqlalchemy.orm import Session

from app.core.clock import Clock

_facts = Namespace()

participant_changed = _facts.signal("participant-changed")
"""session, participant, actor, clock: a registration, profile, need, offer or availability changed."""


def tell_participant_changed(session: Session, *, participant: Any, actor: Any, clock: Clock) -> None:
    """Announce `participant_changed`, now, or once at the end of a `gathered` block however often it was told."""
    gathered_so_far = session.info.get("participants_changed")
    if gathered_so_far is None:
        participant_changed.send(session, participant=participant, actor=actor, clock=clock)
    else:
        gathered_so_far[participant.id] = {"participant": participant, "actor": actor, "clock": clock}


@contextmanager
def gathered(session: Session) -> Iterator[dict[int, dict[str, Any]]]:
    """Within it changes of participants are gathered, by participant id, and not announced; the caller announces them
    with `participant_changed.send(session, **values)`, or forgets them with the changes."""
    found: dict[int, dict[str, Any]] = {}
    session.info["participants_changed"] = found
    try:
        yield found
    finally:
        del session.info["participants_changed"]


request_changed = _facts.signal("request-changed")
"""session, request, actor, clock: a meeting request was made, answered or withdrawn."""

timetable_changed = _facts.signal("timetable-changed")
"""session, event, changes (list of timetables.models.TimetableChange), actor, clock: published meetings changed."""

sessions_changed = _facts.signal("sessions-changed")
"""session, event, participant_ids (or None for everybody), actor, clock: sessions or sign-ups changed."""

slots_leaving = _facts.signal("slots-leaving")
"""session, event, slot_ids, actor, clock: slots are about to go; a receiver raises Conflict to refuse."""

tables_leaving = _facts.signal("tables-leaving")
"""session, event, table_ids, slot_ids (or None for all), actor, clock: tables are about to be removed or closed; a
receiver raises Conflict to refuse."""

interpreter_leaving = _facts.signal("interpreter-leaving")
"""session, event, interpreter, actor, clock: an interpreter is about to be removed; a receiver raises Conflict to
refuse."""

session_leaving = _facts.signal("session-leaving")
"""session, event, event_session, actor, clock: a session is about to be removed; receivers tell those signed up."""

pairs_to_score = _facts.signal("pairs-to-score")
"""session, event, only: scores are computed afresh; a receiver returns pairs of participant ids whose score it needs,
or with `only`, a collection of participant ids, those of the pairs that have one of them in it."""

state_changed = _facts.signal("state-changed")
"""session, machine (its name), subject, transition (its key), before (the state's key, "" for a new subject), actor_id,
clock: a subject of a process took a transition."""

follow_up_made = _facts.signal("follow-up-made")
"""session, follow_up (surveys.models.MatchFollowUp), actor, clock: something is to come of a finding of a matching run.
A receiver that knows its `place` takes it up: it sets `state` and `link`."""

workshop_drawn = _facts.signal("workshop-drawn")
"""session, follow_up (surveys.models.MatchFollowUp), event_session, actor, clock: a finding became a session. A
receiver may say in the follow-up's `link` where it goes on."""

# Questions: receivers return answers, so that a feature can ask the later ones without knowing them.

participant_leaves = _facts.signal("participant-leaves")
"""session, participant: asked before a registration ends. Each receiver returns a list of sentences: what will happen
to whom. It writes nothing; `participant_changed` tells when it has happened."""

profile_judged = _facts.signal("profile-judged")
"""session, participant: each receiver returns a list of `registrations.rules.ProfileCheck` on its part of a profile."""

requests_made = _facts.signal("requests-made")
"""session, event: each receiver returns meeting requests: rows with `code`, `requester_id`, `recipient_id`, `state` (an
enum of open, accepted, declined, withdrawn), `mutual`, `is_proposed` (made in the requester's name), `created_at` and
`answered_at`."""

meetings_held = _facts.signal("meetings-held")
"""session, event, now: each receiver returns a mapping of request codes to whether the meeting took place, for meetings
whose time has passed."""

organisations_compared = _facts.signal("organisations-compared")
"""session, respondents (list of surveys.organisations.Respondent), regions (pairs of region codes), best (how many
couples for each): a matching run asks which organisations complement each other best. A receiver returns a
`surveys.organisations.Comparison`."""

follow_up_places = _facts.signal("follow-up-places")
"""session, actor, partnership, kind (surveys.models.FollowUpKind): where a follow-up of a match of the partnership can
go. Each receiver returns a list of (place, label, name of its time zone)."""
