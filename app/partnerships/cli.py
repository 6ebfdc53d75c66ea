"""`flask process`: state diagrams for the documentation; later features add to it."""

import click
from flask.cli import AppGroup

from app.partnerships import diagrams
from config import ROOT

commands = AppGroup("process", help="Process templates and what they lead to.")
DOCUMENT = ROOT / "docs" / "process.md"


@commands.command("diagrams")
@click.option("--write", is_flag=True, help="Write docs/process.md instead of checking it.")
def diagrams_command(write: bool) -> None:
    """Check that docs/process.md says what the shipped templates say, or write it."""
    text = DOCUMENT.read_text(encoding="utf-8")
    wanted = diagrams.with_generated_part(text)
    if write:
        DOCUMENT.write_text(wanted, encoding="utf-8")
        click.echo(f"Wrote {DOCUMENT.name}.")
    elif text != wanted:
        raise click.ClickException(
            "docs/process.md is not what the templates say; run `flask process diagrams --write`."
        )
    else:
        click.echo("docs/process.md and the shipped templates agree.")
