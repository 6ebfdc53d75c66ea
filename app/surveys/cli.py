"""`flask surveys`: the proof that matching runs can be repeated."""

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select

from app.core.database import database
from app.surveys.models import MatchingRun
from app.surveys.services import is_reproducible, scores_again

commands = AppGroup("surveys", help="Mapping surveys and matching runs.")


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
