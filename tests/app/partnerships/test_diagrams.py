"""docs/process.md says what the shipped templates say."""

from app.partnerships import cli, diagrams
from app.partnerships.templates import SHIPPED, shipped


def test_the_document_equals_the_templates(app):
    result = app.test_cli_runner().invoke(args=["process", "diagrams"])
    assert result.exit_code == 0, result.output


def test_a_document_that_says_something_else_is_refused(app, tmp_path, monkeypatch):
    other = tmp_path / "process.md"
    other.write_text(cli.DOCUMENT.read_text(encoding="utf-8").replace("Hand in the intake", "Sneak in", 1))
    monkeypatch.setattr(cli, "DOCUMENT", other)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["process", "diagrams"]).exit_code == 1
    assert runner.invoke(args=["process", "diagrams", "--write"]).exit_code == 0
    assert other.read_text(encoding="utf-8") == (cli.ROOT / "docs" / "process.md").read_text(encoding="utf-8")


def test_a_diagram_has_an_arrow_for_every_source_of_every_transition(app):
    for key in SHIPPED:
        for machine in shipped(key).machines.values():
            drawn = diagrams.mermaid(machine)
            for transition in machine.transitions:
                for source in transition.source or ("[*]",):
                    assert f"    {source} --> {transition.target}: {transition.name}\n" in drawn + "\n"
