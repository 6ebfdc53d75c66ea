"""What stands in the way of a meeting at a place, rule by rule, with names. Its own present place does not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _

from app.timetables.board import Board, Held, Row


@dataclass(frozen=True)
class Obstacle:
    """Why a meeting cannot be somewhere: a stable code and a sentence with names."""

    code: str
    sentence: str


def obstacles(board: Board, request: str, people: Sequence[str], slot: str, table: str) -> list[Obstacle]:
    """Everything that speaks against a meeting at a place; empty when it is legal there."""
    return in_slot(board, request, people, slot) + at_table(board, request, people, slot, table)


def in_slot(board: Board, request: str, people: Sequence[str], slot: str) -> list[Obstacle]:
    """What speaks against these people meeting from a slot on, wherever."""
    if slot not in board.slots:
        return [Obstacle("slot_closed", _("This slot is closed."))]
    row = board.requests.get(request)
    if row is None:
        return [Obstacle("not_wanted", _("The request is not accepted any more, or a person left."))]
    span = board.span(request, slot)
    if span is None:
        sentence = _("The meeting lasts %(n)s slots, and not so many follow here.", n=row.get("length", 1))
        return [Obstacle("too_long", sentence)]
    with board.without(request):
        found = [o for person in people for o in _person(board, person, span)]
        if row["slots"] is not None and slot not in row["slots"]:
            found.append(Obstacle("slot_not_allowed", _("This meeting may not be held in this slot.")))
        pin = row["pinned"]
        if pin and pin["slot"] != slot:
            where = board.slot_names.get(pin["slot"], pin["slot"])
            sentence = _("The meeting is pinned to %(slot)s. Take the pin out first.", slot=where)
            found.append(Obstacle("pinned", sentence))
        return found + list(_order(board, row, span)) + list(_language(board, people, span))


def at_table(board: Board, request: str, people: Sequence[str], slot: str, table: str) -> list[Obstacle]:
    """What speaks against a table from a slot on: the table itself, and whether people can get there in time."""
    row = board.tables.get(table)
    if row is None:
        return [Obstacle("table_closed", _("%(table)s is closed.", table=table))]
    span = board.span(request, slot) or (slot,)
    with board.without(request):
        found = [o for key in span for o in _taken(board, table, row, key)]
        found += _owners(board, people, table)
        found += _ways(board, people, table, row)
        pin = board.requests.get(request, {}).get("pinned")
        if pin and pin["table"] and pin["table"] != table:
            found.append(Obstacle("pinned", _("The meeting is pinned to %(table)s.", table=pin["table"])))
        return found + list(_walks(board, people, span, row))


def interpreter_for(board: Board, people: Sequence[str], slots: Sequence[str], rather: str | None = None) -> str | None:
    """An interpreter whom these people need and who is free in the slots, `rather` this one; None when none is needed
    or none is free."""
    if not needs_interpreter(board, people):
        return None
    spoken = [set(known) for person in people if (known := board.people[person].get("languages"))]
    able = [
        code
        for code, row in board.interpreters.items()
        if all(known & set(row["languages"]) for known in spoken)
        and not any(key in row["away"] or (code, key) in board.at_interpreter for key in slots)
        and (row["max_meetings"] is None or board.interpreted[code] < row["max_meetings"])
    ]
    return rather if rather in able else min(able, key=lambda code: (board.interpreted[code], code), default=None)


def needs_interpreter(board: Board, people: Sequence[str]) -> bool:
    """Whether languages matter and these people share none; somebody whose languages are unknown does not count."""
    if "interpreters" not in board.problem:
        return False
    spoken = [set(known) for p in people if p in board.people and (known := board.people[p].get("languages"))]
    return bool(spoken) and not set.intersection(*spoken)


def _person(board: Board, code: str, span: Sequence[str]) -> Iterator[Obstacle]:
    person, who = board.people.get(code), board.name(code)
    if person is None:
        yield Obstacle("gone", _("%(who)s does not take part any more.", who=who))
        return
    if set(span) & set(person["away"]):
        yield Obstacle("away", _("%(who)s is away or in a session in this slot.", who=who))
    for other in dict.fromkeys(found for key in span if (found := board.at_person.get((code, key)))):
        partner = ", ".join(board.name(p) for p in other.people if p != code)
        yield Obstacle(
            "busy",
            _("%(who)s meets %(partner)s in this slot at %(table)s.", who=who, partner=partner, table=other.table),
        )
    most = person["max_meetings"]
    if most is not None and board.load[code] >= most:
        yield Obstacle("limit", _("%(who)s has the most meetings allowed, %(most)s.", who=who, most=most))
    in_a_row = person.get("max_in_a_row")
    if in_a_row is not None and _row(board, code, span) > in_a_row:
        yield Obstacle(
            "in_a_row", _("%(who)s would have more than %(most)s meetings in a row.", who=who, most=in_a_row)
        )


def _row(board: Board, code: str, span: Sequence[str]) -> int:
    """How many neighbouring slots of the day somebody would meet in, around and with the span."""
    keys, day = list(board.slots), board.slots[span[0]]["day"]
    first, last = board.rank[span[0]], board.rank[span[-1]]

    def busy(rank: int) -> bool:
        inside = 0 <= rank < len(keys) and board.slots[keys[rank]]["day"] == day
        return inside and (code, keys[rank]) in board.at_person

    while busy(first - 1):
        first -= 1
    while busy(last + 1):
        last += 1
    return last - first + 1


def _order(board: Board, row: Row, span: Sequence[str]) -> Iterator[Obstacle]:
    first, last = board.rank[span[0]], board.rank[span[-1]]
    for earlier in row["after"]:
        before = board.held.get(earlier)
        if before and board.rank.get(before.slots[-1], -1) >= first:
            yield Obstacle("order", _("It must come after the meeting %(who)s.", who=board.title(before)))
    for later in board.later.get(row["id"], ()):
        after = board.held.get(later)
        if after and board.rank.get(after.slot, len(board.rank)) <= last:
            yield Obstacle("order", _("It must come before the meeting %(who)s.", who=board.title(after)))


def _language(board: Board, people: Sequence[str], span: Sequence[str]) -> Iterator[Obstacle]:
    known = all(person in board.people for person in people)
    if known and needs_interpreter(board, people) and interpreter_for(board, people, span) is None:
        who = " – ".join(board.name(person) for person in people)
        yield Obstacle("language", _("%(who)s share no language, and no interpreter for both is free.", who=who))


def _taken(board: Board, table: str, row: Row, slot: str) -> Iterator[Obstacle]:
    taken = board.at_table.get((table, slot))
    if taken:
        sentence = _("%(table)s is taken by %(who)s.", table=table, who=board.title(taken))
        yield Obstacle("table_taken", sentence)
    if row.get("slots") is not None and slot not in row["slots"]:
        yield Obstacle("table_closed", _("%(table)s is closed in this slot.", table=table))


def _owners(board: Board, people: Sequence[str], table: str) -> Iterator[Obstacle]:
    own = sorted({t for person in people if (t := board.people.get(person, {}).get("table"))})
    if own and table not in own:
        yield Obstacle("own_table", _("This meeting takes place at %(tables)s.", tables=", ".join(own)))
    if not own and board.owners.get(table):
        who = ", ".join(board.name(person) for person in sorted(board.owners[table]))
        yield Obstacle("foreign_table", _("%(table)s belongs to %(who)s.", table=table, who=who))


def _ways(board: Board, people: Sequence[str], table: str, row: Row) -> Iterator[Obstacle]:
    served = set(row.get("serves", ("onsite",)))
    for code in people:
        if code in board.people and not served & set(board.people[code].get("attends", ("onsite",))):
            if "online" in served:
                sentence = _("%(table)s is an online room, and %(who)s is on site.", table=table, who=board.name(code))
            else:
                sentence = _("%(table)s has no screen, and %(who)s is online.", table=table, who=board.name(code))
            yield Obstacle("wrong_way", sentence)


def _walks(board: Board, people: Sequence[str], span: Sequence[str], row: Row) -> Iterator[Obstacle]:
    """The ways to and from this table that would take longer than there is between two meetings."""
    if not board.walks or any(key not in board.slots for key in span):
        return
    day = board.slots[span[0]]["day"]
    todays = [key for key, slot in board.slots.items() if slot["day"] == day]
    for code in people:
        for other in dict.fromkeys(found for key in todays if (found := board.at_person.get((code, key)))):
            if set(other.slots) & set(span):  # said already: they cannot be in both
                continue
            there = board.tables.get(other.table)
            walk = 0 if there is None else board.walks.get(frozenset((there["zone"], row["zone"])), 0)
            if walk > _minutes_between(board, span, other):
                yield Obstacle(
                    "walk",
                    _(
                        "%(who)s also meets at %(table)s, %(minutes)s minutes away, and could not be there in time.",
                        who=board.name(code),
                        table=other.table,
                        minutes=walk,
                    ),
                )


def _minutes_between(board: Board, span: Sequence[str], other: Held) -> float:
    first, second = sorted((tuple(span), other.slots), key=lambda keys: board.rank.get(keys[0], -1))
    last, start = board.slots.get(first[-1]), board.slots.get(second[0])
    if last is None or start is None:
        return float("inf")
    ends = datetime.fromisoformat(last["start"]) + timedelta(minutes=last["minutes"])
    return (datetime.fromisoformat(start["start"]) - ends).total_seconds() / 60
