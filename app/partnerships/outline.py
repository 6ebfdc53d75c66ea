"""A process template as a form: which parts it has, what stands in each, and how sent fields become data again.

A field is named by its place in the data, such as `documents.0.fields.3.name`, which is also how a fault names it.
States and transitions are there for good: guards, services and running partnerships rely on them. Only what they are
called, who may take a step and in which phase a state lies can be changed here.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from app.partnerships.checks import CHECKS

ITEMS_AT_MOST = 200
KEY_LENGTH = 40
Tree = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One field of an item. `kind`: text, long, number, tick, choice or many; `options` names what to choose from."""

    name: str
    label: Any
    kind: str = "text"
    options: str = ""
    hint: Any = ""


@dataclass(frozen=True)
class Group:
    """A list of items of one sort; `one` is what a single one is called. Only a `growing` one gets or loses items."""

    name: str
    label: Any
    one: Any
    lines: tuple[Line, ...]
    groups: tuple["Group", ...] = ()
    keyed: bool = True
    growing: bool = True


NAME = Line("name", _l("Name"))
HINT = Line("hint", _l("Explanation"), "long")
PHASES = Group("phases", _l("Phases"), _l("phase"), (NAME, HINT))
ROLES = Group("roles", _l("Roles"), _l("role"), (NAME, HINT))
SERVICES = Group("services", _l("Support services"), _l("service"), (NAME, HINT))
CHOICES = Group("choices", _l("Choices"), _l("choice"), (NAME,))
COLUMNS = Group(
    "columns", _l("Columns (of rows)"), _l("column"),
    (NAME, Line("kind", _l("Kind"), "choice", "column_kinds"), Line("choices", _l("List"), "choice", "lists"),
     Line("max", _l("At most"), "number"), Line("required", _l("Must be filled in"), "tick")),
)  # fmt: skip
FIELDS = Group(
    "fields", _l("Fields"), _l("field"),
    (NAME, HINT, Line("section", _l("Section")), Line("kind", _l("Kind"), "choice", "kinds"),
     Line("choices", _l("List"), "choice", "lists", _l("For choices only.")),
     Line("max", _l("At most"), "number", "", _l("Characters; for rows their number; for numbers the largest.")),
     Line("required", _l("Must be filled in"), "tick")),
    (COLUMNS,),
)  # fmt: skip
DOCUMENTS = Group(
    "documents", _l("Documents"), _l("document"),
    (NAME, HINT, Line("signed", _l("Lead regions sign it"), "tick"),
     Line("states", _l("Written while the partnership is"), "many", "states")),
    (FIELDS,),
)  # fmt: skip
RULES = Group(
    "rules", _l("Rules and criteria"), _l("rule"),
    (NAME, HINT, Line("weight", _l("Weight"), "choice", "weights"),
     Line("check", _l("Automatic check"), "choice", "checks"),
     Line("points", _l("Most points (soft criteria)"), "number"), Line("source", _l("Source"))),
)  # fmt: skip
WINDOWS = Group(
    "windows", _l("Usual windows"), _l("window"),
    (NAME, Line("opens", _l("Opens (month-day)")), Line("closes", _l("Closes (month-day)"))), keyed=False,
)  # fmt: skip
RULE_SETS = Group(
    "rule_sets", _l("Rule sets"), _l("rule set"),
    (NAME, HINT, Line("evaluators", _l("Evaluators who must have scored"), "number")), (RULES, WINDOWS),
)  # fmt: skip
STATES = Group(
    "states", _l("States"), _l("state"), (NAME, HINT, Line("phase", _l("Phase"), "choice", "phases")), growing=False
)
TRANSITIONS = Group(
    "transitions", _l("Steps"), _l("step"),
    (NAME, HINT, Line("roles", _l("Who may take it"), "many", "roles"),
     Line("comment", _l("Reason"), "choice", "comments")), growing=False,
)  # fmt: skip
GROUPS = (PHASES, ROLES, DOCUMENTS, RULE_SETS, SERVICES)
PAGED = {group.name: group for group in (DOCUMENTS, RULE_SETS)}
"""Groups whose items are large enough for a part of their own."""
LABELS = {
    name: label
    for group in (FIELDS, COLUMNS, RULES, WINDOWS, STATES, TRANSITIONS, DOCUMENTS, RULE_SETS)
    for name, label in (*((line.name, line.label) for line in group.lines), (group.name, group.label))
}
"""What the steps of a place are called. The choices of fields and columns have one name for both."""
ACTS: dict[str, Callable[[list[Any], int], None]] = {
    "remove": lambda items, at: items.__delitem__(at),
    "up": lambda items, at: items.insert(max(at - 1, 0), items.pop(at)),
    "down": lambda items, at: items.insert(at + 1, items.pop(at)),
}


def read(form: MultiDict[str, str], base: Tree, part: str) -> Tree:
    """The data with what a sent form says of one part, the others as they were; may well have faults.

    A part is named by its place, such as `phases`, `documents.0` or `machines.partnership.states`; `general` has the
    name and the summary. The lists of documents and of rule sets have buttons only; any other name changes nothing.
    """
    data = deepcopy(base)
    first, *rest = part.split(".")
    if part == "general":
        data["name"], data["summary"] = form.get("name", "").strip(), form.get("summary", "").strip()
    elif part == "lists":
        for name in data.get("lists", {}):
            data["lists"][name] = _items(form, CHOICES, f"lists.{name}")
    elif first == "machines" and len(rest) == 2:
        _read_machine(form, data["machines"][rest[0]], part)
    elif first in PAGED and len(rest) == 1:
        item = data[first][int(rest[0])]
        former = item.get("states", [])
        item |= _item(form, PAGED[first], part)
        if "states" in item:
            item["states"] = _in_order(item["states"], former)
    else:
        for group in GROUPS:
            if group.name == part and part not in PAGED:
                data[part] = _items(form, group, part)
    return data


def _read_machine(form: MultiDict[str, str], machine: Tree, part: str) -> None:
    for group in (STATES, TRANSITIONS):
        if not part.endswith(f".{group.name}"):
            continue
        for number, item in enumerate(machine[group.name]):
            former = item.get("roles", [])
            for line in group.lines:
                item.pop(line.name, None)
            item |= _lines(form, group, f"{part}.{number}")
            if group is TRANSITIONS:
                item["roles"] = _in_order(item["roles"], former)


def _in_order(chosen: list[str], former: list[str]) -> list[str]:
    """What was ticked, in the order it had before: boxes have an order of their own, which means nothing."""
    return [key for key in former if key in chosen] + [key for key in chosen if key not in former]


def _items(form: MultiDict[str, str], group: Group, path: str) -> list[Tree]:
    count = form.get(f"{path}.n", "0")
    number = min(int(count), ITEMS_AT_MOST) if count.isdecimal() and len(count) < 5 else 0
    return [_item(form, group, f"{path}.{at}") for at in range(number)]


def _item(form: MultiDict[str, str], group: Group, here: str) -> Tree:
    item = _lines(form, group, here)
    if group.keyed:
        item["key"] = form.get(f"{here}.key", "")
    for inner in group.groups:
        item[inner.name] = _items(form, inner, f"{here}.{inner.name}")
    if group is RULES:
        item["parameters"] = _parameters(form, here, item.get("check"))
    return item


def _lines(form: MultiDict[str, str], group: Group, here: str) -> Tree:
    found: Tree = {}
    for line in group.lines:
        name = f"{here}.{line.name}"
        if line.kind == "many":
            found[line.name] = form.getlist(name)
        elif line.kind == "tick":
            found[line.name] = name in form
        elif (text := form.get(name, "").strip()) or line.kind not in {"number", "choice"}:
            found[line.name] = text.replace("\r\n", "\n")
    return found


def _parameters(form: MultiDict[str, str], here: str, check: str | None) -> Tree:
    wanted = CHECKS[check].parameters if check in CHECKS else ()
    sent = {name: form.get(f"{here}.parameters.{name}", "").strip() for name in wanted}
    return {name: int(text) if text.isdecimal() else text for name, text in sent.items() if text}


def act(data: Tree, what: str) -> str:
    """Do what a button says, such as `add:phases` or `up:phases.2`; returns the place to go on at, empty for none."""
    verb, _colon, path = what.partition(":")
    *above, last = path.split(".")
    try:
        if verb == "add":
            items = _at(data, path.split("."))
            if len(items) < ITEMS_AT_MOST:
                items.append({})
            return f"{path}.{len(items) - 1}"
        items, at = _at(data, above), int(last)
        if verb not in ACTS or not 0 <= at < len(items):
            return ""
        ACTS[verb](items, at)
    except (KeyError, ValueError, IndexError, TypeError):
        return ""
    moved = {"up": max(at - 1, 0), "down": min(at + 1, len(items) - 1), "remove": min(at, len(items) - 1)}[verb]
    return f"{'.'.join(above)}.{moved}" if items else ".".join(above[:-2])


def _at(data: Any, steps: list[str]) -> Any:
    for step in steps:
        data = data[int(step)] if isinstance(data, list) else data[step]
    if not isinstance(data, list):
        raise TypeError
    return data


def finished(data: Tree) -> Tree:
    """The data to keep: new items get a key made of their name, and what does not apply to a kind is left out."""
    data = deepcopy(data)
    _fill(data, GROUPS)
    for items in _keyed(data):
        taken = {item.get("key") for item in items}
        for item in items:
            if not item.get("key"):
                item["key"] = _key_for(str(item.get("name", "")), taken)
                taken.add(item["key"])
    for document in data["documents"]:
        for part in document["fields"]:
            part["columns"] = part["columns"] if part.get("kind") == "rows" else []
            for piece in (part, *part["columns"]):
                if piece.get("kind") not in {"choice", "choices"}:
                    piece.pop("choices", None)
    return data


def _fill(item: Tree, groups: tuple[Group, ...]) -> None:
    """Give new items their empty lists."""
    for group in groups:
        for inner in item.setdefault(group.name, []):
            _fill(inner, group.groups)


def _keyed(data: Tree) -> Iterator[list[Tree]]:
    yield from (data[group.name] for group in GROUPS)
    yield from data.get("lists", {}).values()
    for document in data["documents"]:
        yield document["fields"]
        yield from (part["columns"] for part in document["fields"])
    yield from (rule_set["rules"] for rule_set in data["rule_sets"])


def _key_for(name: str, taken: set[Any]) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[: KEY_LENGTH - 4] or "item"
    stem = stem if stem[0].isalpha() else f"n_{stem}"[: KEY_LENGTH - 4]
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{stem}_{number}"
    return key
