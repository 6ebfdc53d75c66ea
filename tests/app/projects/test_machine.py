"""Every transition of a project: who may take it, who may not, what opens and shuts it, and what is written down."""

from datetime import date, timedelta

import pytest

from app.core.errors import AppError, Conflict, Forbidden, Invalid
from app.core.models import AuditEntry
from app.core.transitions import history
from app.projects import process, services
from app.projects.guards import HOLDABLE
from app.projects.kinds import FundingState, Instrument, PartnerRole, Source
from app.projects.models import InvestmentProject
from tests.factories.projects import add_cost, add_funding, complete, make_call

pytestmark = pytest.mark.usefixtures("context")

MACHINE = process.machine()
MOVING = [transition for transition in MACHINE.transitions if transition.source]
STEPS = [(transition, source) for transition in MOVING for source in transition.source]
IDS = [f"{transition.key}-{source}" for transition, source in STEPS]


def apply_for(session, clock, pipeline) -> None:
    """One line is with a funder, named by its call and its number."""
    call = make_call(session, clock, min_euros=None)
    line = pipeline.project.funding_lines[0]
    line.instrument, line.source, line.state, line.call_id = Instrument.LOAN, Source.I3, FundingState.APPLIED, call.id
    line.reference, line.decided_on = "101234567", None
    session.flush()


def stand_in(session, clock, pipeline, transition, source: str) -> InvestmentProject:
    """The project in a state, with everything the transition asks for."""
    project = pipeline.project
    complete(session, clock, project, pipeline.pia, ("meeting", pipeline.meeting.id))
    if transition.key == "apply":
        apply_for(session, clock, pipeline)
    project.state = source
    project.held_from = transition.key.removeprefix("resume_") if source == "on_hold" else None
    session.commit()
    return project


def take(session, clock, pipeline, transition, roles, **values) -> None:
    comment = "Because of the tests." if transition.comment == "required" else ""
    values = {"comment": comment} | values
    services.take(session, clock, pipeline.pia, frozenset(roles), pipeline.project, MACHINE, transition.key, **values)


def steps_written(session, project) -> list[AuditEntry]:
    return history(session, "project", project.id)


@pytest.mark.parametrize(("transition", "source"), STEPS, ids=IDS)
def test_the_allowed_roles_take_it_and_one_entry_says_all(session, clock, pipeline, transition, source) -> None:
    for number, role in enumerate(transition.roles):
        project = pipeline.project if number else stand_in(session, clock, pipeline, transition, source)
        if number:
            project.state = source
            project.held_from = transition.key.removeprefix("resume_") if source == "on_hold" else None
        version, before = project.version, len(steps_written(session, project))
        take(session, clock, pipeline, transition, {role})

        entries = steps_written(session, project)
        assert project.state == transition.target
        assert project.version == version + transition.reopens
        assert project.held_from == (source if transition.target == "on_hold" else None)
        assert len(entries) == before + 1
        entry = entries[-1]
        assert (entry.action, entry.actor_id, entry.at) == (f"project.{transition.key}", pipeline.pia.id, clock())
        assert (entry.detail["role"], entry.detail["from"], entry.detail["to"]) == (role, source, transition.target)
        assert entry.detail["comment"] == ("Because of the tests." if transition.comment == "required" else "")
        assert [document["name"] for document in entry.detail["documents"]] == ["letter.pdf", "letter.pdf"]


@pytest.mark.parametrize("transition", MOVING, ids=[transition.key for transition in MOVING])
def test_every_other_role_is_refused(session, clock, pipeline, transition) -> None:
    project = stand_in(session, clock, pipeline, transition, transition.source[0])
    others = {"expert", "evaluator", "eligibility_officer", "mandated", *process.ROLES} - set(transition.roles)

    for role in [*sorted(others), None]:
        with pytest.raises(Forbidden):
            take(session, clock, pipeline, transition, {role} if role else set())
    assert project.state == transition.source[0]
    assert len(steps_written(session, project)) == 1


@pytest.mark.parametrize("transition", MOVING, ids=[transition.key for transition in MOVING])
def test_it_is_refused_from_every_other_state(session, clock, pipeline, transition) -> None:
    stand_in(session, clock, pipeline, transition, transition.source[0])
    for state in sorted(MACHINE.keys - set(transition.source)):
        pipeline.project.state = state
        session.commit()
        with pytest.raises(Conflict):
            take(session, clock, pipeline, transition, transition.roles)


@pytest.mark.parametrize(
    "transition", [t for t in MOVING if t.comment == "required"], ids=[t.key for t in MOVING if t.comment == "required"]
)
def test_where_a_reason_is_wanted_none_goes_without(session, clock, pipeline, transition) -> None:
    stand_in(session, clock, pipeline, transition, transition.source[0])
    with pytest.raises(Invalid) as caught:
        take(session, clock, pipeline, transition, transition.roles, comment="  ")
    assert caught.value.code == "comment_needed"


# Each guard, shut in each way it can be


def drop_letters(session, clock, pipeline) -> None:
    for partner in pipeline.project.partners:
        partner.letter = None


def one_partner(session, clock, pipeline) -> None:
    services.remove_partner(session, clock, pipeline.pia, pipeline.project, pipeline.project.partners[1])


def no_coordinator(session, clock, pipeline) -> None:
    pipeline.project.partners[0].role = PartnerRole.PARTNER


def setting(**values):
    def spoil(session, clock, pipeline) -> None:
        for name, value in values.items():
            setattr(pipeline.project, name, value)

    return spoil


def clearing(name):
    def spoil(session, clock, pipeline) -> None:
        getattr(pipeline.project, name).clear()

    return spoil


def open_milestone(session, clock, pipeline) -> None:
    pipeline.project.milestones[0].reached_on = None


def forget_a_section(session, clock, pipeline) -> None:
    plan = services.write_section(
        session, clock, pipeline.pia, pipeline.project, next(iter(services_sections())), text="too short",
        answered=[], based_on=1,
    )  # fmt: skip
    assert plan is not None


def services_sections():
    from app.projects.kinds import PlanSection

    return PlanSection


def cost_more(session, clock, pipeline) -> None:
    add_cost(session, clock, pipeline.project, pipeline.pia, "Building", 500_000)


def hit_the_cap(session, clock, pipeline) -> None:
    call = make_call(session, clock)
    pipeline.project.funding_lines[0].euros = 200_000
    add_funding(session, clock, pipeline.project, pipeline.pia, Source.I3, 800_000, call_id=call.id)


def only_planned(session, clock, pipeline) -> None:
    pipeline.project.funding_lines[0].state = FundingState.PLANNED


def without_number(session, clock, pipeline) -> None:
    pipeline.project.funding_lines[0].reference = ""


def still_applied(session, clock, pipeline) -> None:
    pipeline.project.funding_lines[0].state = FundingState.APPLIED


SHUT = [
    ("work_out", setting(problem=""), "Describe the problem."),
    ("work_out", setting(solution=" "), "Describe the solution."),
    ("work_out", clearing("origins"), "Say what the project came from"),
    ("form_consortium", drop_letters, "Signed letters are missing of: Porto Fibres, Sabadell Spinning."),
    ("form_consortium", one_partner, "A consortium has at least two partners."),
    ("form_consortium", no_coordinator, "Name the coordinator"),
    ("confirm_feasibility", setting(trl_start=None), "readiness level"),
    ("confirm_feasibility", setting(regions=[]), "Name the regions"),
    ("confirm_feasibility", clearing("milestones"), "Set at least one milestone."),
    ("complete_plan", forget_a_section, "Not complete yet: Market."),
    ("settle_funding", cost_more, "€500,000 are missing"),
    ("settle_funding", hit_the_cap, "pays at most 70%"),
    ("apply", only_planned, "Mark at least one funding line as applied for."),
    ("apply", without_number, "name its call and the number"),
    ("secure", still_applied, "Record the outcome of: own."),
    ("secure", only_planned, "No funding line is secured."),
    ("start_work", only_planned, "€1,000,000 of the budget are not secured."),
    ("commercialise", open_milestone, "Not reached yet: Line runs."),
]


@pytest.mark.parametrize(("key", "spoil", "sentence"), SHUT, ids=[f"{key}-{n}" for n, (key, *_r) in enumerate(SHUT)])
def test_a_guard_that_is_shut_says_why_and_nothing_changes(session, clock, pipeline, key, spoil, sentence) -> None:
    transition = MACHINE.transition(key)
    project = stand_in(session, clock, pipeline, transition, transition.source[0])
    spoil(session, clock, pipeline)
    session.flush()

    with pytest.raises(Invalid) as caught:
        take(session, clock, pipeline, transition, transition.roles)
    assert sentence in caught.value.message
    assert (caught.value.code, project.state) == ("guard_closed", transition.source[0])


def test_every_guard_of_the_machine_is_in_the_table_above() -> None:
    used = {use.name for transition in MOVING for use in transition.guards}
    shut = {use.name for key, *_rest in SHUT for use in MACHINE.transition(key).guards}
    assert used - shut == {f"held_from_{state}" for state in HOLDABLE}


@pytest.mark.parametrize("state", HOLDABLE)
def test_a_project_on_hold_comes_back_only_where_it_stood(session, clock, pipeline, state) -> None:
    project = pipeline.project
    project.state = state
    services.take(session, clock, pipeline.pia, frozenset({"project_lead"}), project, MACHINE, "hold", comment="Wait.")
    for other in HOLDABLE:
        if other != state:
            with pytest.raises(Invalid):
                take(session, clock, pipeline, MACHINE.transition(f"resume_{other}"), {"project_lead"})
    take(session, clock, pipeline, MACHINE.transition(f"resume_{state}"), {"project_lead"})
    assert (project.state, project.held_from) == (state, None)


def test_a_rate_cap_can_be_overridden_with_a_reason_and_a_missing_sum_cannot(session, clock, pipeline) -> None:
    transition = MACHINE.transition("settle_funding")
    stand_in(session, clock, pipeline, transition, "business_plan")
    hit_the_cap(session, clock, pipeline)
    with pytest.raises(Invalid) as caught:
        take(session, clock, pipeline, transition, {"project_lead"}, override=True)
    assert caught.value.code == "comment_needed"
    take(session, clock, pipeline, transition, {"project_lead"}, override=True, comment="The call was amended.")
    assert "pays at most 70%" in steps_written(session, pipeline.project)[-1].detail["overridden"][0]

    pipeline.project.state = "business_plan"
    cost_more(session, clock, pipeline)
    with pytest.raises(AppError):
        take(session, clock, pipeline, transition, {"project_lead"}, override=True, comment="All the same.")
    assert pipeline.project.state == "business_plan"


def test_a_gap_that_is_declared_lets_the_funding_mix_pass(session, clock, pipeline) -> None:
    transition = MACHINE.transition("settle_funding")
    project = stand_in(session, clock, pipeline, transition, "business_plan")
    cost_more(session, clock, pipeline)
    services.declare_gap(session, clock, pipeline.pia, project, 500_000, "A bank is asked.")
    take(session, clock, pipeline, transition, {"project_lead"})
    assert project.state == "funding_mix"


def test_the_first_step_makes_the_proposer_lead_and_numbers_are_never_used_twice(session, clock, pipeline) -> None:
    data = services.ProjectData(title="Second", type=pipeline.project.type)
    with pytest.raises(Forbidden):
        services.propose(session, clock, pipeline.omar, frozenset(), pipeline.partnership, data, MACHINE)
    for role in MACHINE.creating[0].roles:
        made = services.propose(session, clock, pipeline.pia, frozenset({role}), pipeline.partnership, data, MACHINE)
        assert made.state == "idea"
        assert steps_written(session, made)[0].detail["role"] == role
    assert made.number == 1 + len(MACHINE.creating[0].roles)


def test_a_milestone_is_not_reached_tomorrow(session, clock, pipeline) -> None:
    milestone = services.add_milestone(
        session, clock, pipeline.pia, pipeline.project, title="Soon", due=date(2027, 9, 1)
    )
    with pytest.raises(Invalid):
        services.reach_milestone(
            session, clock, pipeline.pia, pipeline.project, milestone, clock().date() + timedelta(days=1)
        )
