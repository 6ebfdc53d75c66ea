"""`flask surveys`: state diagrams for the documentation, and the proof that matching runs can be repeated."""

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select

from app.core.database import database
from app.partnerships.diagrams import mermaid
from app.surveys.models import MatchingRun
from app.surveys.process import MACHINES, machine
from app.surveys.services import is_reproducible, scores_again
from config import ROOT

commands = AppGroup("surveys", help="Mapping surveys and matching runs.")
DOCUMENT = ROOT / "docs" / "mapping.md"
BEGIN = "<!-- made by `flask surveys diagrams --write`; do not edit below -->"


def with_diagrams(text: str) -> str:
    """The document with the state diagrams of the machines at its end."""
    parts = [text.partition(BEGIN)[0].rstrip(), "", BEGIN, ""]
    for name in MACHINES:
        found = machine(name)
        parts += [f"## States: {found.title.lower()} (`{name}`)", "", "```mermaid", mermaid(found), "```", ""]
    return "\n".join(parts)


@commands.command("diagrams")
@click.option("--write", is_flag=True, help="Write docs/mapping.md instead of checking it.")
def diagrams_command(write: bool) -> None:
    """Check that docs/mapping.md draws the machines as they are, or write it."""
    text = DOCUMENT.read_text(encoding="utf-8")
    wanted = with_diagrams(text)
    if write:
        DOCUMENT.write_text(wanted, encoding="utf-8")
        click.echo(f"Wrote {DOCUMENT.name}.")
    elif text != wanted:
        raise click.ClickException("docs/mapping.md draws other machines; run `flask surveys diagrams --write`.")
    else:
        click.echo("docs/mapping.md and the machines agree.")


@commands.command("verify")
@with_appcontext
def verify_command() -> None:
    """Compute every matching run again from what it was made of; fail when one gives other figures."""
    changed = 0
    with database().open(read_only=True) as session:
        for run in session.scalars(select(MatchingRun).order_by(MatchingRun.id)):
            same = is_reproducible(run) and scores_again(session, run) is not False
            changed += not same
            click.echo(f"run {run.id}: {'the same' if same else 'other figures'} ({run.digest[:16]})")
    if changed:
        raise click.ClickException(f"{changed} runs give other figures than they hold.")
