"""`flask reference`: what is loaded, and bringing stored codes to the present editions."""

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from app.core.database import Database
from app.organisations import recoding, reference

commands = AppGroup("reference", help="Reference data: regions, activities, countries and short lists.")


@commands.command("list")
@with_appcontext
def list_schemes() -> None:
    """Load every scheme and print its name, edition and size. Nothing is downloaded."""
    for name, codes in reference.schemes().items():
        versions = ", ".join(sorted({entry.version for entry in codes}))
        click.echo(f"{name:<18} {versions:<14} {len(codes):>5} codes")


@commands.command("update")
@click.option("--write", is_flag=True, help="Write the new codes; without it they are only listed.")
@with_appcontext
def update(write: bool) -> None:
    """Bring stored region codes to the present edition of NUTS. Ends with 1 when a person has to decide some."""
    database: Database = current_app.extensions["database"]
    changes = reference.nuts_changes()
    with database.open() as session:
        found = recoding.outdated(session)
        for stored in found:
            then = f"becomes {stored.becomes}" if stored.becomes else "ended: choose its successor by hand"
            click.echo(f"{stored.table}: {stored.code} ({stored.rows} rows) {then}")
        if write:
            click.echo(f"{recoding.recode(session)} rows brought from {changes['from']} to {changes['to']}.")
            session.commit()
        elif not found:
            click.echo("Every stored region code is of the present edition.")
    if any(stored.becomes is None for stored in found):
        raise SystemExit(1)
