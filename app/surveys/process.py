"""The state machines of campaigns, answers and matching runs, as data in `machines/`, and their guards."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.machines import Machine, guard

MACHINES = ("survey_campaign", "survey_response", "matching_run")
OPEN = "open"
ANSWERED = ("submitted", "validated", "locked")
"""States of a response that counts in a matching run."""
WRITABLE = ("in_progress", "returned")
"""States in which answers can be changed."""
ENDED = ("withdrawn", "erased")
ROLE_NAMES = {
    "coordinator": _l("Coordinator of the survey"),
    "analyst": _l("Analyst"),
    "contact": _l("Regional contact"),
    "respondent": _l("Respondent"),
}
VISIBLE_RUNS = ("shared", "workshop_held", "opportunity_agreed")
"""States in which the partnership sees a run."""


@dataclass(frozen=True)
class SurveyFacts:
    """What the guards look at; everything is empty until it has happened."""

    campaign_state: str = ""
    segments: int = 0
    regions: int = 0
    closing_day_passed: bool = False
    computed_runs: int = 0
    shared_runs: int = 0
    missing: tuple[str, ...] = ()
    """Parts of an answer that are not complete, by title."""
    kept: int = 0
    """Findings of a run that were kept or edited."""


@guard("survey_ready")
def survey_ready(case: SurveyFacts) -> list[str]:
    """There is a value chain and at least one member region, and the last day lies ahead."""
    found = [] if case.segments > 1 else [_("The value chain needs at least two segments.")]
    if not case.regions:
        found.append(_("The partnership has no member region to ask."))
    if case.closing_day_passed:
        found.append(_("The last day to answer has passed; choose a later one."))
    return found


@guard("survey_open")
def survey_open(case: SurveyFacts) -> list[str]:
    """The survey takes answers."""
    return [] if case.campaign_state == OPEN else [_("This survey does not take answers now.")]


@guard("answer_complete")
def answer_complete(case: SurveyFacts) -> list[str]:
    """Everything the campaign needs is answered."""
    return [_("Still to do: %(parts)s.", parts=", ".join(case.missing))] if case.missing else []


@guard("run_computed")
def run_computed(case: SurveyFacts) -> list[str]:
    """A matching run of this wave exists."""
    return [] if case.computed_runs else [_("Compute a matching run first.")]


@guard("run_shared")
def run_shared(case: SurveyFacts) -> list[str]:
    """A matching run of this wave is shared with the partnership."""
    return [] if case.shared_runs else [_("Share a matching run with the partnership first.")]


@guard("something_kept")
def something_kept(case: SurveyFacts) -> list[str]:
    """At least one finding was kept."""
    return [] if case.kept else [_("Keep at least one finding first.")]


@cache
def machine(name: str) -> Machine:
    """The machine of a kind of subject: 'survey_campaign', 'survey_response' or 'matching_run'."""
    if name not in MACHINES:
        raise KeyError(name)
    path = files("app.surveys") / "machines" / f"{name}.json"
    return Machine.model_validate(json.loads(path.read_text(encoding="utf-8")))
