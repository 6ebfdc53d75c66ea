"""Bringing stored region codes to the present edition of NUTS, in whatever table they stand."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, func, select, update
from sqlalchemy.orm import Session

from app.core.database import Base
from app.organisations import reference


@dataclass(frozen=True)
class Stored:
    """A region code that stands in a table and is none of the present edition; `becomes` is its new name, or None."""

    table: str
    code: str
    rows: int
    becomes: str | None


def _tables() -> Iterator[Table]:
    """Every table with a region code: its column is called `nuts`."""
    return (table for table in Base.metadata.sorted_tables if "nuts" in table.columns)


def outdated(session: Session) -> list[Stored]:
    """Stored codes that the present edition does not hold, with how often and what they became."""
    recoded, known, found = reference.nuts_changes()["recoded"], reference.regions(), []
    for table in _tables():
        query = select(table.c.nuts, func.count()).where(table.c.nuts.is_not(None), table.c.nuts != "")
        for code, rows in session.execute(query.group_by(table.c.nuts).order_by(table.c.nuts)):
            if code not in known:
                found.append(Stored(table.name, code, rows, recoded.get(code)))
    return found


def recode(session: Session) -> int:
    """Give renamed codes their new name and edition; returns how many rows. Others stay for a person to decide."""
    changed = 0
    for stored in outdated(session):
        if stored.becomes is None:
            continue
        table = Base.metadata.tables[stored.table]
        values = {"nuts": stored.becomes}
        if "nuts_version" in table.columns:
            values["nuts_version"] = reference.regions().require(stored.becomes).version
        here: ColumnElement[bool] = table.c.nuts == stored.code
        if "editions" in table.columns:
            _note_edition(session, table, here, values["nuts"])
        session.execute(update(table).where(here).values(values))
        changed += stored.rows
    return changed


def _note_edition(session: Session, table: Table, here: ColumnElement[bool], code: str) -> None:
    edition = reference.regions().require(code).version
    for number, editions in session.execute(select(table.c.id, table.c.editions).where(here)).all():
        noted = {**(editions or {}), "nuts": edition}
        session.execute(update(table).where(table.c.id == number).values(editions=noted))
