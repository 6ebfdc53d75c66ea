"""What guards and checks look at: the facts of a case in plain data, gathered once by `gathering.py`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class LetterFacts:
    """A commitment letter. `has_file` is False for one whose document was never uploaded."""

    has_file: bool
    signatory: str
    authority: str
    signed_on: date | None
    months: int


@dataclass(frozen=True)
class RegionFacts:
    """A region that takes part. `nuts` is its code; `priorities` counts the strategy priorities it links."""

    nuts: str
    is_lead: bool
    priorities: int = 0
    letter: LetterFacts | None = None
    has_mandate: bool = False
    """A mandate or commitment letter of any kind is on file."""
    stakeholder_kinds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ScoreFacts:
    """What the judging of the current submission has brought so far."""

    hard_rules: frozenset[str] = frozenset()
    findings: Mapping[str, str] = field(default_factory=dict)
    """Rule key to 'met', 'not_met' or 'unclear'."""
    without_evidence: frozenset[str] = frozenset()
    """Rules judged without evidence."""
    evaluators_needed: int = 1
    evaluators_done: int = 0
    """Evaluators without a conflict who scored every soft criterion."""
    minutes: str = ""


@dataclass(frozen=True)
class CaseFacts:
    """A partnership's case as guards see it; everything is empty until it has happened."""

    state: str = ""
    today: date = date.min
    regions: tuple[RegionFacts, ...] = ()
    contact_missing: tuple[str, ...] = ()
    has_expert: bool = False
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Document key to the names of mandatory fields that are empty; a document not begun names itself."""
    is_frozen: Mapping[str, bool] = field(default_factory=dict)
    """Document key to whether its newest version is frozen."""
    unsigned_leads: tuple[str, ...] = ()
    """Lead regions that have not signed the newest frozen scoping note, by name."""
    open_window: bool = False
    failed_checks: tuple[str, ...] = ()
    """Sentences of the automatic hard rules that are not met."""
    answer_due: date | None = None
    judging: ScoreFacts = ScoreFacts()
    actor_conflict: str = ""
    """Why the one who acts may not judge this case; empty when nothing is known."""
    member: "MemberFacts | None" = None
    ready_documents: tuple[str, ...] = ()


@dataclass(frozen=True)
class MemberFacts:
    """The membership a transition of the machine `membership` is about."""

    is_lead: bool = False
    leads_left: int = 1
    """Lead regions that remain when this one leaves."""
    region_taken: bool = False
    has_letter: bool = False
    priorities: int = 0
    needs_evidence: bool = True
    """False while the partnership itself is still being set up."""
