"""The guards of the machine `project`: pure, from the facts of a case to what stands in the way."""

from dataclasses import dataclass, field

from flask_babel import gettext as _

from app.core.machines import guard
from app.projects.kinds import FundingState, PartnerRole
from app.projects.rules.material import Finding, Project, Weight
from app.projects.rules.plan import Judged
from app.projects.wording import euros, plan_section_name, sentence


@dataclass(frozen=True)
class ProjectFacts:
    """A project as guards see it. `findings` are those of the funding checks, `plan` the judged sections."""

    held_from: str | None = None
    problem: str = ""
    solution: str = ""
    origins: int = 0
    regions: int = 0
    trl_target: int | None = None
    milestones: int = 0
    milestones_open: tuple[str, ...] = ()
    plan: tuple[Judged, ...] = ()
    findings: tuple[Finding, ...] = ()
    material: Project = field(default_factory=Project)
    applications: tuple[tuple[str, str, bool], ...] = ()
    """Name, reference and whether a call is named, of each funding line that is applied for."""


@guard("project_described")
def described(case: ProjectFacts) -> list[str]:
    """Problem and solution are written down, and the project says what it came from."""
    found = []
    if not case.problem.strip():
        found.append(_("Describe the problem."))
    if not case.solution.strip():
        found.append(_("Describe the solution."))
    if not case.origins:
        found.append(_("Say what the project came from: a meeting, a workshop, a match or a priority."))
    return found


@guard("project_letters")
def letters(case: ProjectFacts) -> list[str]:
    """At least two partners, one of them the coordinator, and a signed letter of each but the associated ones."""
    bound = [partner for partner in case.material.partners if partner.role is not PartnerRole.ASSOCIATED]
    found = []
    if len(bound) < 2:
        found.append(_("A consortium has at least two partners."))
    if not any(partner.role is PartnerRole.COORDINATOR for partner in bound):
        found.append(_("Name the coordinator among the partners."))
    unsigned = [partner.name for partner in bound if not partner.has_letter]
    if unsigned:
        found.append(_("Signed letters are missing of: %(names)s.", names=", ".join(unsigned)))
    return found


@guard("project_frame")
def frame(case: ProjectFacts) -> list[str]:
    """Readiness now and at the end, the regions and a first milestone are known."""
    found = []
    if case.material.trl_start is None or case.trl_target is None:
        found.append(_("Say at which readiness level the project starts and ends."))
    if not case.regions:
        found.append(_("Name the regions that take part."))
    if not case.milestones:
        found.append(_("Set at least one milestone."))
    return found


@guard("project_plan")
def plan(case: ProjectFacts) -> list[str]:
    """Every section of the business plan is complete."""
    open_sections = [plan_section_name(row.section) for row in case.plan if not row.complete]
    return [_("Not complete yet: %(sections)s.", sections=", ".join(open_sections))] if open_sections else []


SUM_CODES = ("no_budget", "too_much_money", "gap_not_declared")


@guard("project_sum")
def adds_up(case: ProjectFacts) -> list[str]:
    """The sources add up to the budget, or the gap is declared."""
    return [sentence(finding) for finding in case.findings if finding.code in SUM_CODES]


@guard("project_checks")
def checks(case: ProjectFacts) -> list[str]:
    """No other check of the funding plan stops it: rate caps, double funding, sizes, rules of consortia."""
    stops = [finding for finding in case.findings if finding.weight is Weight.STOP]
    return [sentence(finding) for finding in stops if finding.code not in SUM_CODES]


@guard("project_application")
def application(case: ProjectFacts) -> list[str]:
    """At least one funding line is applied for, and each of those names its call and its number."""
    if not case.applications:
        return [_("Mark at least one funding line as applied for.")]
    found = []
    for name, reference, has_call in case.applications:
        if not has_call or not reference.strip():
            found.append(_("“%(name)s” is applied for: name its call and the number of the application.", name=name))
    return found


@guard("project_outcome")
def outcome(case: ProjectFacts) -> list[str]:
    """Every application has an outcome, and some money is secured."""
    found = []
    if case.applications:
        names = ", ".join(name for name, _reference, _call in case.applications)
        found.append(_("Record the outcome of: %(names)s.", names=names))
    if not any(line.state is FundingState.SECURED for line in case.material.funding):
        found.append(_("No funding line is secured."))
    return found


@guard("project_secured")
def secured(case: ProjectFacts) -> list[str]:
    """All money is secured."""
    safe = sum(line.euros for line in case.material.funding if line.state is FundingState.SECURED)
    missing = case.material.budget - safe
    return [_("%(euros)s of the budget are not secured.", euros=euros(missing))] if missing > 0 else []


@guard("project_milestones")
def milestones(case: ProjectFacts) -> list[str]:
    """Every milestone is reached."""
    left = case.milestones_open
    return [_("Not reached yet: %(names)s.", names=", ".join(left))] if left else []


HOLDABLE = (
    "idea", "concept", "consortium", "feasibility", "business_plan", "funding_mix", "applied", "funded", "implementing",
)  # fmt: skip


def _held_from(state: str) -> None:
    @guard(f"held_from_{state}")
    def check(case: ProjectFacts) -> list[str]:
        return [] if case.held_from == state else [_("It was not put on hold in this state.")]


for _state in HOLDABLE:
    _held_from(_state)
