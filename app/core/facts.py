"""Facts one feature announces and later features react to, as blinker signals.

A receiver runs inside the announcing transaction: what it writes is committed or undone together with the fact. The
sender is always the SQLAlchemy session; everything else is named.
"""

from blinker import Namespace

_facts = Namespace()

participant_changed = _facts.signal("participant-changed")
"""session, participant, actor, clock: a registration, profile, need, offer or availability changed."""

request_changed = _facts.signal("request-changed")
"""session, request, actor, clock: a meeting request was made, answered or withdrawn."""

timetable_changed = _facts.signal("timetable-changed")
"""session, event, changes (list of timetables.models.TimetableChange), actor, clock: published meetings changed."""

sessions_changed = _facts.signal("sessions-changed")
"""session, event, participant_ids (or None for everybody), actor, clock: sessions or sign-ups changed."""

run_progressed = _facts.signal("run-progressed")
"""session, run, clock: a scheduling run has news."""

# Questions: receivers return answers, so that a feature can ask the later ones without knowing them.

participant_leaves = _facts.signal("participant-leaves")
"""session, participant: asked before a registration ends. Each receiver returns a list of sentences: what will happen
to whom. It writes nothing; `participant_changed` tells when it has happened."""

profile_judged = _facts.signal("profile-judged")
"""session, participant: each receiver returns a list of `registrations.rules.ProfileCheck` on its part of a profile."""
