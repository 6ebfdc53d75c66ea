"""docs/projects.md shows the machines as they are. `python -m tests.app.projects.test_document` writes it afresh."""

import re
from pathlib import Path

from app.core.machines import Machine
from app.feedback import process as reports
from app.projects import process as projects

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "projects.md"
PART = re.compile(r"(<!-- machine: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def diagram(machine: Machine) -> str:
    """A Mermaid state diagram with an arrow for every source of every transition."""
    lines = [f"    {state.key}: {state.name}" for state in machine.states]
    for transition in machine.transitions:
        sources = transition.source or ("[*]",)
        lines += [f"    {source} --> {transition.target}: {transition.name}" for source in sources]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```", ""])


def generated(text: str) -> str:
    """The document with its diagrams made afresh."""
    machines = {machine.name: machine for machine in (projects.machine(), reports.machine())}
    return PART.sub(lambda found: f"{found[1]}{diagram(machines[found[2]])}{found[3]}", text)


def test_the_document_shows_the_machines_as_they_are() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [name for _begin, name, _end in PART.findall(text)] == ["project", "report"]
    assert generated(text) == text


if __name__ == "__main__":
    DOCUMENT.write_text(generated(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
