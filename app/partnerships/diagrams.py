"""State diagrams of the machines, made from their data: for the documentation, in Mermaid's notation.

`docs/process.md` ends with everything that comes from the shipped templates. Any other page holds the diagram of a
machine between `<!-- machine: name -->` and `<!-- end -->`; machines are the files `app/*/machines/*.json`.
"""

import json
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files

from app.core.machines import Machine, Transition
from app.partnerships.templates import SHIPPED, Template, shipped

BEGIN = "<!-- made by `flask process diagrams --write`; do not edit below -->"


def mermaid(machine: Machine) -> str:
    """The machine as a Mermaid state diagram; finished states are drawn as such."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {state.key}: {state.name}" for state in machine.states]
    for transition in machine.transitions:
        for source in transition.source or ("[*]",):
            lines.append(f"    {source} --> {transition.target}: {transition.name}")
    finished = [state.key for state in machine.states if state.kind == "done"]
    if finished:
        lines += ["    classDef finished stroke-width:3px", f"    class {','.join(finished)} finished"]
    return "\n".join(lines)


def table(template: Template, machine: Machine) -> Iterable[str]:
    """The transitions as rows of a Markdown table."""
    yield "| step | from | to | who | guards | comment |"
    yield "| --- | --- | --- | --- | --- | --- |"
    roles = {role.key: role.name for role in template.roles}
    for transition in machine.transitions:
        names = [state.name for state in machine.states if state.key in transition.source]
        cells = [
            f"{transition.name} (`{transition.key}`)" + (", new version" if transition.reopens else ""),
            ", ".join(names) or "–",
            machine.state(transition.target).name,
            ", ".join(roles[role] for role in transition.roles),
            guards_text(transition) or "–",
            transition.comment,
        ]
        yield f"| {' | '.join(cells)} |"


def guards_text(transition: Transition) -> str:
    """The guards of a transition, with those a reason may override marked."""
    return ", ".join(f"`{use.name}`" + (" (may be overridden)" if use.override else "") for use in transition.guards)


def generated_part() -> str:
    """Everything in the documentation that comes from the shipped templates."""
    parts = [BEGIN, ""]
    drawn: list[Machine] = []
    for key in SHIPPED:
        template = shipped(key)
        parts += [f"## {template.name} (`{key}`, version {template.version})", "", template.summary, ""]
        parts += list(_rule_sets(template))
        for machine in template.machines.values():
            if machine in drawn:
                parts += [f"{machine.title} (`{machine.name}`): as above.", ""]
                continue
            drawn.append(machine)
            parts += [f"### {machine.title} (`{machine.name}`)", "", "```mermaid", mermaid(machine), "```", ""]
            parts += [*table(template, machine), ""]
        if template.sources:
            parts += ["Sources: " + "; ".join(template.sources) + ".", ""]
    return "\n".join(parts).rstrip() + "\n"


def _rule_sets(template: Template) -> Iterable[str]:
    for rule_set in template.rule_sets:
        yield from (f"### Rule set {rule_set.name} (`{rule_set.key}`)", "", rule_set.hint, "")
        yield from ("| rule | weight | automatic check | limits | points |", "| --- | --- | --- | --- | --- |")
        for rule in rule_set.rules:
            limits = ", ".join(f"{name} {value}" for name, value in rule.parameters.items())
            check = f"`{rule.check}`" if rule.check else "–"
            yield f"| {rule.name} | {rule.weight} | {check} | {limits or '–'} | {rule.points or '–'} |"
        yield ""


def with_generated_part(text: str) -> str:
    """The document with its generated part made afresh."""
    written, _mark, _old = text.partition(BEGIN)
    return written.rstrip() + "\n\n" + generated_part()


PART = re.compile(r"(<!-- machine: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
DRAWN_BY_HAND = re.compile(r"^\s*stateDiagram", re.MULTILINE)


def machines() -> dict[str, Machine]:
    """The machines of all features, by name."""
    found = {}
    for feature in sorted(files("app").iterdir(), key=lambda each: each.name):
        folder = feature / "machines"
        for path in sorted(folder.iterdir(), key=lambda each: each.name) if folder.is_dir() else ():
            if path.name.endswith(".json"):
                machine = Machine.model_validate(json.loads(path.read_text(encoding="utf-8")))
                found[machine.name] = machine
    return found


def with_machines(text: str, known: Mapping[str, Machine]) -> str:
    """A document with the diagrams between its marks made afresh. Raises KeyError with the name of an unknown one."""
    return PART.sub(lambda found: f"{found[1]}```mermaid\n{mermaid(known[found[2]])}\n```\n{found[3]}", text)


def faults(documents: Mapping[str, str]) -> list[str]:
    """What is wrong with documents, by name: a diagram that is not what the data say or that nothing makes, a machine
    that no document draws."""
    known, drawn, found = machines(), set(), []
    for name, text in sorted(documents.items()):
        marked = {part[2] for part in PART.finditer(text)}
        drawn |= marked
        if unknown := sorted(marked - known.keys()):
            found.append(f"{name}: there is no machine {', '.join(unknown)}")
        elif with_machines(text, known) != text:
            found.append(f"{name} draws another machine; run `flask process diagrams --write`")
        if DRAWN_BY_HAND.search(PART.sub("", text.partition(BEGIN)[0])):
            found.append(f"{name} has a state diagram that nothing makes; put it between marks")
    missing = sorted(known.keys() - drawn)
    return found + [f"no document draws the machine {name}" for name in missing]
