"""Commands of the kit: `flask settings`, `flask database`."""

import click
from flask.cli import AppGroup

commands = AppGroup("database", help="Create and upgrade the database.")


@commands.command("upgrade")
@click.option("--revision", default="head", show_default=True)
def upgrade(revision: str) -> None:
    """Bring the database to the newest revision."""
    from app.core.migrating import upgrade_database

    upgrade_database(revision)
    click.echo("The database is up to date.")


@commands.command("downgrade")
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take the database back to an older revision."""
    from app.core.migrating import downgrade_database

    downgrade_database(revision)


@commands.command("check")
def check() -> None:
    """Fail when the tables in the code differ from those the migrations make."""
    from app.core.migrating import differences

    found = differences()
    for line in found:
        click.echo(line, err=True)
    if found:
        raise SystemExit(1)
    click.echo("Models and migrations agree.")


@commands.command("documents")
@click.option("--remove-orphans", is_flag=True, help="Remove files that belong to no document.")
def documents(remove_orphans: bool) -> None:
    """Compare the stored documents with their files: missing, changed, and files that belong to none."""
    from app.core import files
    from app.core.database import session

    wrong = 0
    for what, where in files.verify(session()):
        if what == "orphan" and remove_orphans:
            where.unlink()
            click.echo(f"removed {where.name}")
            continue
        wrong += 1
        click.echo(f"{what}: {where.name}", err=True)
    if wrong:
        raise SystemExit(1)
    click.echo("Documents and files agree.")
