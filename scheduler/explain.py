"""Why a request is not placed: the tightest reason that is true of the final plan, as a code and a
sentence."""

from __future__ import annotations

from itertools import islice, product

from scheduler.instance import MOST_TEAMS, Instance, Option
from scheduler.plan import Plan, bits
from scheduler.schedule import Unplaced


def explain(inst: Instance, plan: Plan) -> list[Unplaced]:
    """One entry per unplaced request, in the order of the problem."""
    return [_reason(inst, plan, r) for r, t in enumerate(plan.at) if t < 0]


def _reason(inst: Instance, plan: Plan, r: int) -> Unplaced:
    if not inst.options[r]:
        return _impossible(inst, r)
    for find in (_full, _order, _pinned, _tables):
        found = find(inst, plan, r)
        if found is not None:
            return found
    return _outranked(inst, plan, r)


def _impossible(inst: Instance, r: int) -> Unplaced:
    """Cannot be held whatever else is scheduled."""
    problem = inst.problem
    request = problem.requests[r]
    ids = tuple(dict.fromkeys(p for side in request.sides for p in side))
    if request.pinned is not None:
        where = request.pinned.slot + (f" at {request.pinned.table}" if request.pinned.table else "")
        return Unplaced(request.id, "pin_impossible", f"Pinned to {where}, where it cannot be held.", ids)
    allowed = sum(1 << t for s, t in problem.slot_index.items() if request.slots is None or s in request.slots)
    people = problem.participant_index
    for team in islice(product(*request.sides), MOST_TEAMS):
        mask = allowed if len(set(team)) == len(team) else 0
        for person in team:
            mask &= inst.free[people[person]]
        if mask:
            return Unplaced(request.id, "no_table", "No table they may use is open when they can meet.", ids)
    return Unplaced(request.id, "no_common_slot", "No slot in which one of each side can meet.", ids)


def _full(inst: Instance, plan: Plan, r: int) -> Unplaced | None:
    """In every team somebody already has as many meetings as possible."""
    full: dict[int, None] = {}
    for option in inst.options[r]:
        mine = [unit for unit in option.units if plan.load[unit] >= inst.limit[unit]]
        if not mine:
            return None
        full[mine[0]] = None
    names = tuple(_name(inst, unit) for unit in full)
    loads = ", ".join(f"{_name(inst, unit)} ({plan.load[unit]})" for unit in full)
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


def _tables(inst: Instance, plan: Plan, r: int) -> Unplaced | None:
    """Everybody of a team is free in some slot, but no table is."""
    slots: dict[int, None] = {}
    for option in inst.options[r]:
        mask = _people_free(plan, option) & plan.in_order(r)
        slots.update(dict.fromkeys(bits(mask)))
    if not slots:
        return None
    names = tuple(inst.problem.slots[t].id for t in slots)
    sentence = f"Everybody is free in {', '.join(names)}, but all suitable tables are taken."
    return Unplaced(inst.problem.requests[r].id, "table_capacity", sentence, names)


def _people_free(plan: Plan, option: Option) -> int:
    mask = option.mask
    for person in option.who:
        mask &= ~plan.busy[person]
    return mask if all(plan.load[u] < plan.inst.limit[u] for u in option.units) else 0


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


def _name(inst: Instance, unit: int) -> str:
    if unit < inst.n_people:
        return inst.problem.participants[unit].id
    return next(inst.problem.tables[t].id for t, u in inst.table_unit.items() if u == unit)
