"""Why a request is not placed: the tightest reason that is true of the final plan, as a code and a
sentence."""

from __future__ import annotations

from itertools import islice, product

from scheduler.instance import MOST_TEAMS, NO_POOL, Instance, Option
from scheduler.masks import bits, starts
from scheduler.plan import Plan
from scheduler.rules import rows, walking
from scheduler.rules.languages import interpreters_for
from scheduler.rules.length import starts_of_days
from scheduler.rules.ways import suits
from scheduler.schedule import Unplaced


def explain(inst: Instance, plan: Plan) -> list[Unplaced]:
    """One entry per unplaced request, in the order of the problem."""
    return [_reason(inst, plan, r) for r, t in enumerate(plan.at) if t < 0]


def _reason(inst: Instance, plan: Plan, r: int) -> Unplaced:
    if not inst.options[r]:
        return _impossible(inst, r)
    for find in (_full, _order, _pinned, _one_thing_missing):
        found = find(inst, plan, r)
        if found is not None:
            return found
    return _outranked(inst, plan, r)


def _impossible(inst: Instance, r: int) -> Unplaced:
    """Cannot be held whatever else is scheduled: no slot, no interpreter, no place of the right kind, no open table."""
    problem = inst.problem
    request = problem.requests[r]
    ids = tuple(dict.fromkeys(p for side in request.sides for p in side))
    if request.pinned is not None:
        where = request.pinned.slot + (f" at {request.pinned.table}" if request.pinned.table else "")
        return Unplaced(request.id, "pin_impossible", f"Pinned to {where}, where it cannot be held.", ids)
    allowed = sum(1 << t for s, t in problem.slot_index.items() if request.slots is None or s in request.slots)
    allowed &= starts_of_days(inst.days, request.length)
    people = problem.participant_index
    teams = []
    for team in islice(product(*request.sides), MOST_TEAMS):
        free = (1 << inst.n_slots) - 1
        for person in team:
            free &= inst.free[people[person]]
        if allowed & starts(free, request.length) and len(set(team)) == len(team):
            teams.append([problem.participants[people[person]] for person in team])
    if not teams:
        return Unplaced(request.id, "no_common_slot", "No slot in which one of each side can meet.", ids)
    if problem.interpreters is not None:
        teams = [team for team in teams if interpreters_for(team, problem.interpreters) != []]
        if not teams:
            sentence = "They share no language, and no interpreter speaks both of theirs."
            return Unplaced(request.id, "no_interpreter", sentence, ids)
    if not any(suits(table.serves, team) for table in problem.tables for team in teams):
        return Unplaced(request.id, "no_suitable_place", "No place serves the ways in which they attend.", ids)
    return Unplaced(request.id, "no_table", "No table they may use is open when they can meet.", ids)


def _full(inst: Instance, plan: Plan, r: int) -> Unplaced | None:
    """In every team somebody already has as many meetings as possible."""
    full: dict[int, None] = {}
    for option in inst.options[r]:
        mine = [person for person in option.who if plan.load[person] >= inst.limit[person]]
        if not mine:
            return None
        full[mine[0]] = None
    names = tuple(inst.unit_name(unit) for unit in full)
    loads = ", ".join(f"{inst.unit_name(unit)} ({plan.load[unit]})" for unit in full)
    sentence = f"Already in as many meetings as possible: {loads}."
    return Unplaced(inst.problem.requests[r].id, "participant_full", sentence, names)


def _order(inst: Instance, plan: Plan, r: int) -> Unplaced | None:
    """Whatever the agendas, the order with placed meetings leaves no slot."""
    if any(option.mask & plan.in_order(r) for option in inst.options[r]):
        return None
    requests = inst.problem.requests
    others = tuple(requests[q].id for q in (*inst.before[r], *inst.later[r]) if plan.at[q] >= 0)
    return Unplaced(requests[r].id, "order", f"No slot left in the order with {', '.join(others)}.", others)


def _pinned(inst: Instance, plan: Plan, r: int) -> Unplaced | None:
    """Its own pin leaves one slot, and that is taken by others."""
    request = inst.problem.requests[r]
    if request.pinned is None:
        return None
    blockers = _blockers(inst, plan, r)
    if not blockers:
        return None
    sentence = f"Pinned to {request.pinned.slot}, where {', '.join(blockers)} takes the place."
    return Unplaced(request.id, "blocked_at_pin", sentence, blockers)


def _one_thing_missing(inst: Instance, plan: Plan, r: int) -> Unplaced | None:
    """The people of a team are free in some slot: what else is missing then, by the first thing that none has."""
    masks = [_people_free(plan, r, option) for option in inst.options[r]]
    if not any(masks):
        return None
    order = plan.in_order(r)
    left = {option: mask & order for option, mask in zip(inst.options[r], masks, strict=True)}
    slots: dict[int, None] = {}
    for code, sentence, narrow in (
        ("interpreters_busy", "but every interpreter who could help is taken", _with_interpreter),
        ("table_capacity", "but all suitable tables are taken", _with_table),
        ("no_time_to_walk", "but the way from or to their other meetings is too long", _with_walk),
        ("too_many_in_a_row", "but somebody would have too many meetings in a row", _with_rows),
    ):
        left = {option: mask for option, mask in left.items() if mask}
        if not left:
            return None
        slots = dict.fromkeys(t for mask in left.values() for t in bits(mask))
        left = {option: mask & narrow(plan, r, option, mask) for option, mask in left.items()}
        if not any(left.values()):
            names = tuple(inst.problem.slots[t].id for t in slots)
            whole = f"Everybody is free in {', '.join(names)}, {sentence}."
            return Unplaced(inst.problem.requests[r].id, code, whole, names)
    names = tuple(inst.problem.slots[t].id for t in slots)
    sentence = f"It could be held in {', '.join(names)}, but other goals were served within the value's tolerance."
    return Unplaced(inst.problem.requests[r].id, "given_up", sentence, names)


def _people_free(plan: Plan, r: int, option: Option) -> int:
    if not all(plan.load[person] < plan.inst.limit[person] for person in option.who):
        return 0
    return _while_free(plan, r, option.who) & option.mask


def _while_free(plan: Plan, r: int, units: tuple[int, ...]) -> int:
    """First slots from which all these units are free as long as the meeting lasts."""
    busy = 0
    for unit in units:
        busy |= plan.busy[unit]
    return starts(~busy, plan.inst.length[r])


def _with_interpreter(plan: Plan, r: int, option: Option, mask: int) -> int:
    helper = option.interpreter
    if helper >= 0 and plan.load[helper] >= plan.inst.limit[helper]:
        return 0
    return mask if helper < 0 else _while_free(plan, r, (helper,))


def _with_table(plan: Plan, r: int, option: Option, mask: int) -> int:
    opened = _while_free(plan, r, option.units)
    if option.pool == NO_POOL:
        return opened
    return opened & starts(plan.pool_open[option.pool], plan.inst.length[r])


def _with_walk(plan: Plan, r: int, option: Option, mask: int) -> int:
    return starts(~walking.blocked(plan, option), plan.inst.length[r]) if plan.zones else mask


def _with_rows(plan: Plan, r: int, option: Option, mask: int) -> int:
    return rows.allowed(plan, option, mask, plan.inst.length[r])


def _outranked(inst: Instance, plan: Plan, r: int) -> Unplaced:
    """Every slot in which they could meet holds another meeting of one of them."""
    blockers = _blockers(inst, plan, r)
    request = inst.problem.requests[r]
    pins = [b for b in blockers if inst.problem.requests[inst.problem.request_index[b]].pinned]
    if blockers and len(pins) == len(blockers):
        return Unplaced(request.id, "blocked_by_pin", f"Pinned meetings take its slots: {', '.join(pins)}.", blockers)
    sentence = "Every slot in which they could meet is taken by other meetings of theirs."
    return Unplaced(request.id, "outranked", sentence, blockers)


def _blockers(inst: Instance, plan: Plan, r: int) -> tuple[str, ...]:
    found: dict[int, None] = {}
    for option in inst.options[r]:
        for t in bits(option.mask):
            found.update(dict.fromkeys(plan.grid[u][t] for u in option.units if plan.grid[u][t] >= 0))
    return tuple(inst.problem.requests[q].id for q in found)
