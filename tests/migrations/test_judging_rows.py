"""Migrations that move what judges left: evidence, declarations and scores, with rows in the tables."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from app.core.database import make_engine
from app.core.migrating import alembic_config

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
LEAD, OLAF, EVA, GONE = 1, 2, 3, 4
"""The lead region's person, the eligibility officer, two evaluators of whom one leaves."""
ACCOUNTS = {LEAD: "lead", OLAF: "olaf", EVA: "eva", GONE: "gone"}


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'judged.sqlite3'}"
    else:
        url = request.getfixturevalue("postgresql_url").replace("postgresql:", "postgresql+psycopg:")
    made = make_engine(url)
    command.upgrade(alembic_config(made), "20261128_0150")
    yield made
    made.dispose()


def put(connection: sa.Connection, table: str, **values: Any) -> None:
    """Insert a row; columns that must be filled and are not named get something plain."""
    for column in sa.inspect(connection).get_columns(table):
        if column["name"] in values or column["nullable"] or column["name"] == "id" or column["default"]:
            continue
        plain = {
            sa.Integer: 1, sa.Boolean: False, sa.JSON: {}, sa.Numeric: 1, sa.Float: 1, sa.DateTime: "2027-03-01 09:00",
            sa.Date: "2027-03-01",
        }  # fmt: skip
        kind = type(column["type"].as_generic())
        values[column["name"]] = next((value for sort, value in plain.items() if issubclass(kind, sort)), "")
    typed = sa.table(table, *(sa.column(name, sa.JSON if isinstance(value, dict | list) else None)
                              for name, value in values.items()))  # fmt: skip
    connection.execute(sa.insert(typed).values(**{
        name: sa.literal_column(f"'{value}'") if isinstance(value, str) else value for name, value in values.items()
    }))  # fmt: skip


@pytest.fixture
def case(engine: sa.Engine) -> sa.Engine:
    """Two partnerships that were submitted, the second one twice."""
    with engine.begin() as connection:
        for number, name in ACCOUNTS.items():
            put(connection, "user_account", id=number, email=f"{name}@example.org", name=name)
        put(connection, "thematic_area", id=1, key="textiles")
        put(connection, "submission_window", id=1, opens_at="2027-01-01", closes_at="2027-02-01")
        for number in (1, 2):
            put(connection, "partnership", id=number, slug=f"p{number}", area_id=1)
            put(connection, "document_version", id=number, partnership_id=number, kind="note")
            put(connection, "partnership_member", id=number, partnership_id=number, nuts="PT11", role="lead",
                state="confirmed")  # fmt: skip
        for number, partnership, turn in ((1, 1, 1), (2, 2, 1), (3, 2, 2)):
            put(connection, "submission", id=number, partnership_id=partnership, number=turn, version_id=partnership,
                window_id=1)  # fmt: skip
    return engine


def ask(engine: sa.Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


# Evidence


def upload(connection: sa.Connection, number: int, by: int | None, name: str, *, of: int = 1, sha: str = "") -> None:
    put(connection, "stored_file", id=number, place=f"{number}.pdf", name=name, sha256=sha or name,
        subject_kind="partnership", subject_id=of, uploaded_by_id=by)  # fmt: skip


def judged(connection: sa.Connection, by: int | None, *names: str, of: int = 1, action: str = "judging.rule") -> None:
    documents = [{"name": name, "sha256": name} for name in names]
    detail = {"comment": "regions: met"} | ({"documents": documents} if names else {})
    put(connection, "audit_entry", action=action, subject_kind="partnership", subject_id=of, actor_id=by, detail=detail)


def kinds(engine: sa.Engine) -> dict[str, str]:
    return {f"{n}": kind for n, kind in ask(engine, "select id, subject_kind from stored_file order by id")}


def test_evidence_moves_also_when_later_evidence_took_its_place(case: sa.Engine) -> None:
    with case.begin() as connection:
        for number, by, name in (
            (1, OLAF, "present"), (2, OLAF, "replaced"), (3, None, "left"), (4, LEAD, "letter"), (5, OLAF, "letter"),
            (6, LEAD, "old letter"), (7, LEAD, "scan"), (8, EVA, "minutes"), (9, OLAF, "unjudged"),
            (11, OLAF, "mandate"),
        ):  # fmt: skip
            upload(connection, number, by, name)
        upload(connection, 10, OLAF, "replaced", of=2)
        upload(connection, 12, OLAF, "replaced", sha="other content")
        put(connection, "checklist_entry", submission_id=1, rule="regions", finding="met", file_id=1)
        for letter in (4, 6):
            put(connection, "commitment_letter", member_id=1, file_id=letter)
        put(connection, "decision", submission_id=1, number=1, outcome="approved", file_id=8)
        put(connection, "partnership_role", user_id=LEAD, partnership_id=1, member_id=1,
            role="mandated_organisation", mandate_file_id=11)  # fmt: skip
        judged(connection, OLAF, "present")
        judged(connection, OLAF, "replaced")
        judged(connection, OLAF)
        judged(connection, None, "left")
        judged(connection, OLAF, "letter", "old letter", "scan", "mandate")
        judged(connection, EVA, "minutes")
        judged(connection, OLAF, "unjudged", action="partnership.transition")
    config, before = alembic_config(case), kinds(case)
    command.upgrade(config, "20261128_0210")
    after = kinds(case)
    moved = {number for number, kind in after.items() if kind == "judging"}
    assert moved == {"1", "2", "3", "5"}, "present, replaced, of an account that is gone, a copy of the region's letter"
    assert set(after.values()) == {"judging", "partnership"}
    command.downgrade(config, "20261128_0150")
    assert kinds(case) == before
    command.upgrade(config, "20261128_0210")
    assert kinds(case) == after


def test_nothing_moves_where_nothing_was_judged(case: sa.Engine) -> None:
    with case.begin() as connection:
        upload(connection, 1, LEAD, "letter")
    command.upgrade(alembic_config(case), "20261128_0210")
    assert kinds(case) == {"1": "partnership"}


# Declarations and scores


DECLARED = "select id, submission_id, number, user_id, has_conflict, reason from conflict_declaration order by id"
SCORED = "select submission_id, declaration_id, criterion, points, reason from criterion_score order by id"
FORMER_DECLARED = "select id, submission_id, user_id, has_conflict, reason from conflict_declaration order by id"
FORMER_SCORED = "select submission_id, user_id, criterion, points, reason from criterion_score order by id"


@pytest.fixture
def scored(case: sa.Engine) -> sa.Engine:
    """The three submissions, judged by the same people in another order each; one of them has a conflict."""
    with case.begin() as connection:
        for number, submission, user in ((5, 1, EVA), (6, 3, GONE), (7, 1, GONE), (8, 3, EVA), (9, 2, EVA)):
            put(connection, "conflict_declaration", id=number, submission_id=submission, user_id=user,
                has_conflict=number == 9, reason="shares" if number == 9 else "")  # fmt: skip
        for submission, user, points in ((1, EVA, 10), (1, GONE, 20), (3, EVA, 30), (3, GONE, 40)):
            for criterion in ("fit", "impact"):
                put(connection, "criterion_score", submission_id=submission, user_id=user, criterion=criterion,
                    points=points, reason=f"{criterion} {points}")  # fmt: skip
    command.upgrade(alembic_config(case), "20261128_0210")
    return case


def test_judgements_hang_on_declarations_and_come_back_to_their_accounts(scored: sa.Engine) -> None:
    config, declared, scores = alembic_config(scored), ask(scored, FORMER_DECLARED), ask(scored, FORMER_SCORED)
    command.upgrade(config, "20261128_0220")
    numbered = ask(scored, DECLARED)
    assert [row[:4] for row in numbered] == [(5, 1, 1, EVA), (6, 3, 1, GONE), (7, 1, 2, GONE), (8, 3, 2, EVA),
                                             (9, 2, 1, EVA)]  # fmt: skip
    assert [(row[0], *row[1:2], *row[3:]) for row in numbered] == declared
    declaration = {(row[1], row[3]): row[0] for row in numbered}
    hung = ask(scored, SCORED)
    assert hung == [(row[0], declaration[row[0], row[1]], *row[2:]) for row in scores]
    command.downgrade(config, "20261128_0210")
    assert (ask(scored, FORMER_DECLARED), ask(scored, FORMER_SCORED)) == (declared, scores)
    command.upgrade(config, "20261128_0220")
    assert (ask(scored, DECLARED), ask(scored, SCORED)) == (numbered, hung)


def test_judgements_stay_when_an_account_goes_and_only_the_way_back_drops_them(scored: sa.Engine) -> None:
    config = alembic_config(scored)
    command.upgrade(config, "20261128_0220")
    numbered, hung = ask(scored, DECLARED), ask(scored, SCORED)
    with scored.begin() as connection:
        connection.execute(sa.text(f"delete from user_account where id = {GONE}"))
    nameless = [(*row[:3], None if row[3] == GONE else row[3], *row[4:]) for row in numbered]
    assert (ask(scored, DECLARED), ask(scored, SCORED)) == (nameless, hung)
    command.downgrade(config, "20261128_0210")
    assert ask(scored, FORMER_DECLARED) == [(row[0], row[1], *row[3:]) for row in nameless if row[3]]
    assert ask(scored, FORMER_SCORED) == [(row[0], EVA, *row[2:]) for row in hung if row[1] in (5, 8)]
    command.upgrade(config, "20261128_0220")
    assert [row[:4] for row in ask(scored, DECLARED)] == [(5, 1, 1, EVA), (8, 3, 1, EVA), (9, 2, 1, EVA)]
    assert ask(scored, SCORED) == [row for row in hung if row[1] in (5, 8)]


def test_before_it_an_account_took_its_judgements_with_it(scored: sa.Engine) -> None:
    with scored.begin() as connection:
        connection.execute(sa.text(f"delete from user_account where id = {GONE}"))
    assert {row[1] for row in ask(scored, FORMER_SCORED)} == {EVA}
    command.upgrade(alembic_config(scored), "20261128_0220")
    assert {row[3] for row in ask(scored, DECLARED)} == {EVA}
