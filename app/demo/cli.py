"""`flask demo`: loads the demo event up to a stage, and prints sign-in links."""

from collections.abc import Iterable
from datetime import timedelta

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from app.accounts.mails import link_address
from app.accounts.models import LinkPurpose, User
from app.accounts.services import make_link
from app.core.clock import Clock
from app.core.database import Database
from app.core.migrating import upgrade_database
from app.demo import queries, services
from app.demo.partnering import demo_partnership
from app.demo.programme import FULL_SIZE
from app.demo.stages import STAGES, bring_to_stage, report

LINK_LIFETIME = timedelta(days=7)


@click.command("demo")
@click.option("--stage", type=click.Choice(STAGES), default="scheduled", show_default=True, help="How far to go.")
@click.option("--size", default=FULL_SIZE, show_default=True, type=click.IntRange(min=20, max=FULL_SIZE))
@click.option("--time-limit", default=45, show_default=True, type=click.IntRange(min=1), help="Seconds for the engine.")
@click.option("--links", is_flag=True, help="Only print one-time sign-in links of the demo event loaded before.")
@click.option("--with-links", is_flag=True, help="Load what is missing, then print such links.")
@with_appcontext
def commands(stage: str, size: int, time_limit: int, links: bool, with_links: bool) -> None:
    """Load the demo event. What is there already stays as it is; a second run changes nothing."""
    upgrade_database()
    database: Database = current_app.extensions["database"]
    clock: Clock = current_app.extensions["clock"]
    with database.open() as session:
        if not links:
            event = bring_to_stage(session, clock, stage, size=size, time_limit=time_limit, say=click.echo)
            click.echo("\n".join(report(session, event)))
        if links or with_links:
            print_links(session, clock)
        session.commit()


def print_links(session: Session, clock: Clock) -> None:
    """Print a fresh link for the organiser, two participants who want to meet, and people of the partnership."""
    event = services.demo_event(session)
    if event is None:
        raise click.ClickException("There is no demo event yet; `flask demo` loads it.")
    click.echo(f"{event.name}: sign in with these links, each works once:")
    organiser = queries.organiser_of(session, event)
    people = [("organiser", organiser)] + [("participant", user) for user in queries.two_who_meet(session, event)]
    _print_links(session, clock, people)
    partnership = demo_partnership(session)
    if partnership is not None:
        click.echo(f"{partnership.name}, under /partnerships/{partnership.slug}/:")
        _print_links(session, clock, queries.people_of_partnership(session, partnership.id).items())


def _print_links(session: Session, clock: Clock, people: Iterable[tuple[str, User]]) -> None:
    for role, user in people:
        click.echo(f"  {role:<12} {user.name:<28} {_link(session, clock, user)}")


def _link(session: Session, clock: Clock, user: User) -> str:
    return link_address(make_link(session, clock, user, LinkPurpose.SIGN_IN, LINK_LIFETIME))
