"""docs/ draws every machine as its data have it."""

import pytest

from app.partnerships import cli, diagrams
from app.partnerships.templates import SHIPPED, shipped


def test_the_document_equals_the_templates(app):
    result = app.test_cli_runner().invoke(args=["process", "diagrams"])
    assert result.exit_code == 0, result.output


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of docs/ that the command looks at instead."""
    folder = tmp_path / "docs"
    folder.mkdir()
    for path in cli.FOLDER.glob("*.md"):
        (folder / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(cli, "FOLDER", folder)
    return folder


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("process.md", "Hand in the intake", "Sneak in"),
        ("workshops.md", "Finish the minutes", "Forget the minutes"),
        ("mapping.md", "[*] --> design: Create", "[*] --> open: Create"),
        ("projects.md", "Propose a project", "Grow a project"),
    ],
)
def test_a_document_that_says_something_else_is_refused_and_mended(app, copy, name, before, after):
    path, runner = copy / name, app.test_cli_runner()
    right = path.read_text(encoding="utf-8")
    assert before in right
    path.write_text(right.replace(before, after, 1), encoding="utf-8")
    assert runner.invoke(args=["process", "diagrams"]).exit_code == 1
    assert runner.invoke(args=["process", "diagrams", "--write"]).exit_code == 0
    assert path.read_text(encoding="utf-8") == right


def test_a_diagram_by_hand_is_refused(app, copy):
    (copy / "tour.md").write_text("```mermaid\nstateDiagram-v2\n    [*] --> open: Open\n```\n", encoding="utf-8")
    result = app.test_cli_runner().invoke(args=["process", "diagrams"])
    assert (result.exit_code, "tour.md has a state diagram that nothing makes" in result.output) == (1, True)


def test_every_machine_is_drawn_somewhere(app, copy):
    assert {"workshop", "project", "report", "survey_campaign", "survey_response", "matching_run"} <= set(
        diagrams.machines()
    )
    (copy / "workshops.md").write_text("# Workshops\n", encoding="utf-8")
    result = app.test_cli_runner().invoke(args=["process", "diagrams"])
    assert (result.exit_code, "no document draws the machine workshop" in result.output) == (1, True)
    (copy / "workshops.md").write_text("<!-- machine: wrokshop -->\n<!-- end -->\n", encoding="utf-8")
    assert "there is no machine wrokshop" in app.test_cli_runner().invoke(args=["process", "diagrams"]).output


def test_a_diagram_has_an_arrow_for_every_source_of_every_transition(app):
    for key in SHIPPED:
        for machine in shipped(key).machines.values():
            drawn = diagrams.mermaid(machine)
            for transition in machine.transitions:
                for source in transition.source or ("[*]",):
                    assert f"    {source} --> {transition.target}: {transition.name}\n" in drawn + "\n"
