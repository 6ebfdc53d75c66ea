"""editions of every code

Revision: 20261128_0140
Follows: 20261128_0110
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "20261128_0140"
down_revision = "20261128_0110"
branch_labels = None
depends_on = None

Row = Mapping[str, Any]
# Until this change one edition of each scheme was ever loaded: codes that are there were chosen from it.
EDITIONS = {
    "iso3166-1": "2024", "iso639-1": "639-1", "nace": "2.1", "organisation-kind": "1", "organisation-size": "1",
    "partnership-kind": "2022", "sdg": "2015", "trl": "2014", "value-chain": "1",
}  # fmt: skip


def plain(**columns: str) -> Callable[[Row], Iterator[tuple[str, Any]]]:
    """Scheme and value of each column."""
    return lambda row: ((scheme, row[name]) for name, scheme in columns.items())


def entry(row: Row) -> Iterator[tuple[str, Any]]:
    """Of needs and offers, with what their details say."""
    yield from plain(
        country="iso3166-1", nuts="nuts", nace="nace", segment="value-chain", trl_min="trl", trl_max="trl",
        partnership="partnership-kind", languages="iso639-1",
    )(row)  # fmt: skip
    details = row["details"] or {}
    yield "sdg", details.get("sdgs")
    yield "iso3166-1", details.get("target_countries")
    yield "partnership-kind", details.get("further_partnerships")


def answer(row: Row) -> Iterator[tuple[str, Any]]:
    """Of one part of an answer: a form, a matrix or a list."""
    schemes = {"nuts": "nuts", "activities": "nace", "countries": "iso3166-1", "trl": "trl", "trl_from": "trl",
               "trl_to": "trl"}  # fmt: skip
    content = row["content"] or {}
    rows = content.get("items") or [content, *(each for each in content.values() if isinstance(each, dict))]
    for each in rows:
        for name, scheme in schemes.items():
            yield scheme, each.get(name)


def document(row: Row) -> Iterator[tuple[str, Any]]:
    """Of a document of the process, however deep its goals and readiness levels stand."""
    waiting = [row["content"]]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield from (("trl", level) for key, level in value.items() if key.startswith("trl_"))
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and value.startswith("sdg_"):
            yield "sdg", value


def segments(row: Row) -> Iterator[tuple[str, Any]]:
    """Of the value chain of a survey."""
    return (("nace", each.get("nace")) for each in row["segments"] or ())


TABLES: dict[str, tuple[tuple[str, ...], Callable[[Row], Iterator[tuple[str, Any]]]]] = {
    "organisation": (
        ("country", "kind", "size", "nuts", "nace"),
        plain(country="iso3166-1", kind="organisation-kind", size="organisation-size", nuts="nuts", nace="nace"),
    ),
    "participant": (
        ("languages", "value_chain_position", "trl_min", "trl_max"),
        plain(languages="iso639-1", value_chain_position="value-chain", trl_min="trl", trl_max="trl"),
    ),
    "marketplace_entry": (
        ("country", "nuts", "nace", "segment", "trl_min", "trl_max", "partnership", "languages", "details"),
        entry,
    ),
    "interpreter": (("languages",), plain(languages="iso639-1")),
    "partner_wish": (
        ("positions", "sizes", "countries", "sectors"),
        plain(positions="value-chain", sizes="organisation-size", countries="iso3166-1", sectors="nace"),
    ),
    "regional_priority": (("nuts", "nace"), plain(nuts="nuts", nace="nace")),
    "value_chain_segment": (("nace",), plain(nace="nace")),
    "document_version": (("content",), document),
    "survey_campaign": (("segments",), segments),
    "survey_staff": (("nuts",), plain(nuts="nuts")),
    "survey_answer": (("content",), answer),
    "investment_project": (("trl_start", "trl_target"), plain(trl_start="trl", trl_target="trl")),
    "project_partner": (("country", "nuts"), plain(country="iso3166-1", nuts="nuts")),
    "funding_call": (("min_trl",), plain(min_trl="trl")),
}
JSON_COLUMNS = {"languages", "details", "positions", "sizes", "countries", "sectors", "content", "segments"}


def upgrade() -> None:
    """Add the column and fill it for the codes that are there."""
    for name in TABLES:
        with op.batch_alter_table(name) as batch:
            batch.add_column(sa.Column("editions", sa.JSON(), nullable=False, server_default="{}"))
        with op.batch_alter_table(name) as batch:
            batch.alter_column("editions", server_default=None)
    for name in TABLES:
        fill(op.get_bind(), name)


def fill(connection: sa.Connection, name: str) -> None:
    """Write the editions of every row of a table that has codes."""
    columns, found = TABLES[name]
    key = "participant_id" if name == "partner_wish" else "id"
    json = JSON_COLUMNS | ({"nace"} if name in {"regional_priority", "value_chain_segment"} else set())
    table = sa.table(
        name,
        sa.column(key, sa.Integer),
        sa.column("editions", sa.JSON),
        *(sa.column(column, sa.JSON if column in json else None) for column in columns),
    )
    update = sa.update(table).where(table.c[key] == sa.bindparam("row")).values(editions=sa.bindparam("noted"))
    rows = connection.execute(sa.select(table.c[key], *(table.c[column] for column in columns))).mappings().all()
    noted = [{"row": row[key], "noted": editions_of(found(dict(row)))} for row in rows]
    if wanted := [values for values in noted if values["noted"]]:
        connection.execute(update, wanted)


def editions_of(codes: Iterator[tuple[str, Any]]) -> dict[str, str]:
    """The editions of the schemes that have a code."""
    found: dict[str, str] = {}
    for scheme, value in codes:
        if value in (None, "", [], {}):
            continue
        found[scheme] = EDITIONS.get(scheme) or ("2018" if str(value).startswith("UK") else "2024")
    return found


def downgrade() -> None:
    """Take it back."""
    for name in reversed(TABLES):
        with op.batch_alter_table(name) as batch:
            batch.drop_column("editions")
