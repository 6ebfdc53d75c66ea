"""Pure decisions of workshops: what an entry may become, and the first text of the minutes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from app.workshops.models import EntryKind, EntryState

TEXT_LENGTH = 1000
PER_MINUTE = 30
"""How many entries a person can add in a minute; more is a program."""
STATES = {
    EntryKind.IDEA: (EntryState.OPEN, EntryState.DROPPED),
    EntryKind.DECISION: (EntryState.OPEN, EntryState.AGREED, EntryState.DROPPED),
    EntryKind.FOLLOW_UP: (EntryState.OPEN, EntryState.DONE, EntryState.DROPPED),
}
"""What each kind of entry can be."""


def may_set(
    kind: EntryKind, before: EntryState, after: EntryState, *, leads: bool, is_author: bool, is_owner: bool
) -> bool:
    """True when somebody may bring an entry from one state to another.

    Who leads the workshop may everything; authors take back what they wrote, as long as it is not agreed or done; who
    owns a follow-up ticks it off and back.
    """
    if after not in STATES[kind] or before is after:
        return False
    if leads:
        return True
    if is_author and before is EntryState.OPEN and after is EntryState.DROPPED:
        return True
    return kind is EntryKind.FOLLOW_UP and is_owner and {before, after} == {EntryState.OPEN, EntryState.DONE}


@dataclass(frozen=True)
class Collected:
    """An entry as the minutes read it."""

    kind: EntryKind
    state: EntryState
    text: str
    group: str = ""
    author: str = ""
    votes: int = 0
    owner: str = ""
    due: date | None = None


@dataclass(frozen=True)
class Headings:
    """The fixed words of the minutes, in the language they are written in; those with {} take values."""

    purpose: str
    present: str
    agenda: str
    ideas: str
    decisions: str
    follow_ups: str
    none: str
    votes: str
    proposed: str
    until: str
    done: str
    day: Callable[[date], str] = date.isoformat
    """How a day is written."""


@dataclass(frozen=True)
class Material:
    """What the first text of the minutes is made of."""

    title: str
    when: str
    purpose: str
    present: Sequence[str]
    agenda: Sequence[str]
    entries: Sequence[Collected]


def first_minutes(material: Material, words: Headings) -> str:
    """The minutes as what was collected makes them: '# ' begins a heading, '- ' a point; decisions come first.

    What was dropped is left out. Ideas are in the order of their support.
    """
    kept = [entry for entry in material.entries if entry.state is not EntryState.DROPPED]
    ideas = sorted((e for e in kept if e.kind is EntryKind.IDEA), key=lambda e: -e.votes)
    parts = [f"# {material.title}", material.when, ""]
    if material.purpose.strip():
        parts += [f"# {words.purpose}", " ".join(material.purpose.split()), ""]
    parts += [f"# {words.decisions}", *_points(_decisions(kept, words), words), ""]
    parts += [f"# {words.follow_ups}", *_points(_follow_ups(kept, words), words), ""]
    parts += [f"# {words.ideas}", *_points([_idea(entry, words) for entry in ideas], words), ""]
    if material.agenda:
        parts += [f"# {words.agenda}", *_points(list(material.agenda), words), ""]
    parts += [f"# {words.present}", *_points(list(material.present), words)]
    return "\n".join(parts).strip() + "\n"


def _points(lines: Sequence[str], words: Headings) -> list[str]:
    return [f"- {' '.join(line.split())}" for line in lines] or [words.none]


def _decisions(kept: Sequence[Collected], words: Headings) -> list[str]:
    found = [e for e in kept if e.kind is EntryKind.DECISION]
    agreed = [_with_group(e) for e in found if e.state is EntryState.AGREED]
    return agreed + [f"{_with_group(e)} ({words.proposed})" for e in found if e.state is EntryState.OPEN]


def _follow_ups(kept: Sequence[Collected], words: Headings) -> list[str]:
    found = sorted((e for e in kept if e.kind is EntryKind.FOLLOW_UP), key=lambda e: e.due or date.max)
    return [
        f"{_with_group(e)} — {e.owner}, {words.until.format(words.day(e.due) if e.due else '')}"
        + (f" ({words.done})" if e.state is EntryState.DONE else "")
        for e in found
    ]


def _idea(entry: Collected, words: Headings) -> str:
    support = f" ({words.votes.format(entry.votes)})" if entry.votes else ""
    return f"{_with_group(entry)}{support}"


def _with_group(entry: Collected) -> str:
    return f"[{entry.group}] {entry.text}" if entry.group else entry.text


@dataclass(frozen=True)
class Block:
    """A piece of the minutes: a heading, a paragraph, or a list of points."""

    kind: str
    lines: tuple[str, ...]


def blocks(text: str) -> list[Block]:
    """The minutes in pieces: 'heading' (one line), 'points', 'text'."""
    found: list[Block] = []
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("# "):
            found.append(Block("heading", (line[2:].strip(),)))
        elif line.startswith("- "):
            _grow(found, "points", line[2:].strip())
        elif line:
            _grow(found, "text", line)
        else:
            found.append(Block("gap", ()))
    return [block for block in found if block.kind != "gap"]


def _grow(found: list[Block], kind: str, line: str) -> None:
    if found and found[-1].kind == kind:
        found[-1] = Block(kind, (*found[-1].lines, line))
    else:
        found.append(Block(kind, (line,)))
