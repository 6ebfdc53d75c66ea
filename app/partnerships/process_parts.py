"""The form of a process, part by part: which parts it has, which one holds a place, and what goes along between them.

One page shows one part. What was typed in the others goes along in the form itself, signed, as `Memory`: nothing
half-written is stored, two people who write at once do not meet in one draft, and all parts are kept together or not
at all. Only what differs from the version that the form began with goes along.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeSerializer

from app.core.errors import Invalid
from app.partnerships import outline
from app.partnerships.outline import GROUPS, PAGED, STATES, TRANSITIONS, Tree

GENERAL, LISTS, KEEP = "general", "lists", "keep"


@dataclass(frozen=True)
class Part:
    """One page of the form. `place` is where its data stand, `inner` means that it lies in the part before it."""

    place: str
    label: str
    inner: bool = False


def parts_of(data: Tree) -> list[Part]:
    """All parts of a process in the order in which they are read."""
    return list(_parts(data))


def _parts(data: Tree) -> Iterator[Part]:
    yield Part(GENERAL, _("Name"))
    for group in GROUPS:
        yield Part(group.name, str(group.label))
        if group.name in PAGED:
            for at, item in enumerate(data[group.name]):
                name = _(item["name"]) if item.get("name") else _("New %(thing)s", thing=group.one)
                yield Part(f"{group.name}.{at}", name, inner=True)
    if data.get("lists"):
        yield Part(LISTS, _("Lists to choose from"))
    for name, machine in data["machines"].items():
        for group in (STATES, TRANSITIONS):
            label = _("%(machine)s: %(what)s", machine=_(machine["title"]), what=str(group.label))
            yield Part(f"machines.{name}.{group.name}", label)
    yield Part(KEEP, _("Check and keep"))


def part_at(parts: list[Part], place: str) -> Part:
    """The part that holds a place; the one that keeps everything for a place that has no field."""
    steps = place.split(".")
    if place in {"name", "summary"}:
        return parts[0]
    for length in range(len(steps), 0, -1):
        above = ".".join(steps[:length])
        for part in parts:
            if part.place == above or (length > 1 and part.place.startswith(f"{above}.")):
                return part
    return parts[-1]


def in_words(parts: list[Part], place: str) -> str:
    """A place as it is called on the page, such as “Scoping note: Fields, line 4, At most”."""
    part = part_at(parts, place)
    within = place.removeprefix(part.place).strip(".") if part.place not in {GENERAL, KEEP} else place
    words = list[str]()
    for step in within.split("."):
        if step.isdecimal():
            words.append(_("line %(n)d", n=int(step) + 1))
        elif step:
            words.append(str(outline.LABELS.get(step) or step.replace("_", " ").capitalize()))
    return f"{part.label}: {', '.join(words)}" if words else part.label


def value_at(data: Tree, part: Part) -> Any:
    """What stands in a part; of the list of documents, and of rule sets, which there are and in which order."""
    if part.place == GENERAL:
        return {"name": data["name"], "summary": data["summary"]}
    if part.place == KEEP:
        return None
    found: Any = data
    for step in part.place.split("."):
        found = found[int(step)] if isinstance(found, list) else found[step]
    return [item.get("key") for item in found] if part.place in PAGED else found


NOTHING: tuple[object, ...] = (None, "", [], {}, ())


def plain(value: Any) -> Any:
    """A value as a form gives it back: texts only, and nothing where there is nothing."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if inner is not False and inner not in NOTHING}
    return [plain(inner) for inner in value] if isinstance(value, list | tuple) else str(value)


def changed(data: Tree, base: Tree) -> set[str]:
    """The places of the parts that differ from the version the form began with."""
    former = {_name(base, part): plain(value_at(base, part)) for part in parts_of(base)}
    return {part.place for part in parts_of(data) if former.get(_name(data, part)) != plain(value_at(data, part))}


def _name(data: Tree, part: Part) -> tuple[str, str]:
    """What a part goes by when its place moves: documents and rule sets go by their keys."""
    first, *rest = part.place.split(".")
    return (first, str(data[first][int(rest[0])].get("key"))) if first in PAGED and rest else (part.place, "")


# What goes along


@dataclass
class Memory:
    """What the form holds beside the part on the page: the version it began with, what changed since, the note."""

    version: int
    changed: Tree = field(default_factory=dict)
    note: str = ""
    is_checked: bool = False
    """Whether its faults have been asked for; from then on they are shown until they are mended."""


def changes(data: Tree, base: Tree) -> Tree:
    """What of a process differs from a version of it, by its first level."""
    return {name: value for name, value in data.items() if plain(value) != plain(base.get(name))}


def _signer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=f"process form {key}")


def remembered(key: str, memory: Memory) -> str:
    """The memory as text for the form; long ones are packed."""
    return str(_signer(key).dumps([memory.version, memory.changed, memory.note, memory.is_checked]))


def recalled(key: str, text: str) -> Memory:
    """The memory of a form that was sent. Raises Invalid for one that is not ours."""
    try:
        return Memory(*_signer(key).loads(text))
    except (BadData, TypeError):  # the latter: a memory of another shape, from before an update
        raise Invalid(_("This form is damaged, or the server has changed since; open it again.")) from None
