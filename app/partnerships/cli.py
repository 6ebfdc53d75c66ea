"""`flask process`: state diagrams for the documentation; later features add to it."""

from pathlib import Path

import click
from flask.cli import AppGroup

from app.partnerships import diagrams
from config import ROOT

commands = AppGroup("process", help="Process templates and what they lead to.")
FOLDER = ROOT / "docs"
TEMPLATES = "process.md"
"""The document that ends with everything that comes from the shipped templates."""


@commands.command("diagrams")
@click.option("--write", is_flag=True, help="Write the diagrams into docs/ instead of checking them.")
def diagrams_command(write: bool) -> None:
    """Check that docs/ draws every machine as its data have it, or write the diagrams."""
    paths = sorted(FOLDER.glob("*.md"))
    if write:
        for path in paths:
            _write(path)
    found = diagrams.faults({path.name: path.read_text(encoding="utf-8") for path in paths})
    text = (FOLDER / TEMPLATES).read_text(encoding="utf-8")
    if diagrams.with_generated_part(text) != text:
        found.append(f"{TEMPLATES} is not what the templates say; run `flask process diagrams --write`")
    if found:
        raise click.ClickException("; ".join(found) + ".")
    click.echo("docs/ and the machines agree.")


def _write(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    made = diagrams.with_machines(text, diagrams.machines())
    if path.name == TEMPLATES:
        made = diagrams.with_generated_part(made)
    if made != text:
        path.write_text(made, encoding="utf-8")
        click.echo(f"Wrote {path.name}.")
