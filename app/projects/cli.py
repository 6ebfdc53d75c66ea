"""`flask process trace`: the chain of every funding line back to a priority."""

import json

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from app.core.database import Database
from app.partnerships import queries as partnerships
from app.projects import tracing


@click.command("trace")
@click.option("--partnership", "slug", default=None, help="Short name of one partnership; without it: all.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@with_appcontext
def trace(slug: str | None, as_json: bool) -> None:
    """Print the chain of every funding line back to a regional priority, and name what is missing.

    Ends with 1 when there is a gap.
    """
    database: Database = current_app.extensions["database"]
    address = current_app.extensions["settings"].public_url
    with database.open(read_only=True) as session, current_app.test_request_context(base_url=address):
        partnership = partnerships.partnership_by_slug(session, slug) if slug else None
        if slug and partnership is None:
            raise click.ClickException(f"There is no partnership {slug!r}.")
        document = tracing.trace_document(session, partnership)
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        for line in [*document["funding_lines"], *document["projects_without_funding"]]:
            click.echo(" < ".join(f"{step['kind']} {step['label']}" for step in line["chain"]))
            if line["gap"]:
                click.echo(f"    {line['gap']}")
        click.echo(f"{document['whole']} funding lines with a whole chain, {document['with_gaps']} with gaps.")
    if document["with_gaps"]:
        raise SystemExit(1)


def init_app(app: Flask) -> None:
    """Add the command to the group `process`, which an earlier feature may have made."""
    group = app.cli.commands.get("process")
    if not isinstance(group, click.Group):
        group = AppGroup("process", help="The partnership process.")
        app.cli.add_command(group)
    group.add_command(trace)
