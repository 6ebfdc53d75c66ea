"""marketplace

Revision: 20261127_2215
Follows: 20261127_2210
"""

import sqlalchemy as sa
from alembic import op

from app.core.database import UtcDateTime

revision = "20261127_2215"
down_revision = "20261127_2210"
branch_labels = None
depends_on = None

LIVE = sa.text("state in ('open', 'granted')")
INTEREST_STATES = ("open", "granted", "declined", "withdrawn", "expired")


def upgrade() -> None:
    """Interest in entries, who learnt whose they are, saved searches, and the index."""
    _interest()
    _disclosure()
    _saved_search()
    _index()
    # Entries written so far are put into the index by the first round of the regular work.
    op.execute(
        "insert into job (kind, payload, state, priority, run_after, attempts, max_attempts, cancel_requested, "
        "progress, created_at) select 'marketplace.tend', '{}', 'queued', 0, current_timestamp, 0, 2, false, '{}', "
        "current_timestamp where exists (select 1 from marketplace_entry)"
    )


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _link(column: str, table: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"), ondelete=ondelete
    )


def _interest() -> None:
    table = "marketplace_interest"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("sender_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer()),
        sa.Column("state", _choice("interest_state", *INTEREST_STATES), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", UtcDateTime(timezone=True)),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        _link("entry_id", table, "marketplace_entry", "CASCADE"),
        _link("organisation_id", table, "organisation", "SET NULL"),
        _link("sender_id", table, "user_account", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("code", name=op.f(f"uq_{table}_code")),
    )
    op.create_index(op.f(f"ix_{table}_entry_id"), table, ["entry_id"])
    op.create_index(op.f(f"ix_{table}_sender_id"), table, ["sender_id"])
    op.create_index(
        f"uq_{table}_live", table, ["entry_id", "sender_id"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE
    )


def _disclosure() -> None:
    table = "marketplace_disclosure"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("viewer_id", sa.Integer(), nullable=False),
        sa.Column("way", _choice("disclosure_way", "grant", "look"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        _link("entry_id", table, "marketplace_entry", "CASCADE"),
        _link("viewer_id", table, "user_account", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("entry_id", "viewer_id", "way", "day", name=op.f(f"uq_{table}_entry_id_viewer_id_way_day")),
    )
    op.create_index(op.f(f"ix_{table}_viewer_id"), table, ["viewer_id"])


def _saved_search() -> None:
    table = "marketplace_saved_search"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("rhythm", _choice("rhythm", "never", "daily", "weekly"), nullable=False),
        sa.Column("told_until", UtcDateTime(timezone=True), nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        _link("user_id", table, "user_account", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("token", name=op.f(f"uq_{table}_token")),
        sa.UniqueConstraint("user_id", "name", name=op.f(f"uq_{table}_user_id_name")),
    )


def _index() -> None:
    op.create_table(
        "marketplace_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketplace_term")),
        sa.UniqueConstraint("word", name=op.f("uq_marketplace_term_word")),
    )
    op.create_table(
        "marketplace_term_piece",
        sa.Column("piece", sa.String(3), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        _link("term_id", "marketplace_term_piece", "marketplace_term", "CASCADE"),
        sa.PrimaryKeyConstraint("piece", "term_id", name=op.f("pk_marketplace_term_piece")),
    )
    op.create_index(op.f("ix_marketplace_term_piece_term_id"), "marketplace_term_piece", ["term_id"])
    op.create_table(
        "marketplace_posting",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        _link("entry_id", "marketplace_posting", "marketplace_entry", "CASCADE"),
        _link("term_id", "marketplace_posting", "marketplace_term", "CASCADE"),
        sa.PrimaryKeyConstraint("entry_id", "term_id", name=op.f("pk_marketplace_posting")),
    )
    op.create_index(op.f("ix_marketplace_posting_term_id"), "marketplace_posting", ["term_id"])
    op.create_table(
        "marketplace_facet_value",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("facet", sa.String(12), nullable=False),
        sa.Column("value", sa.String(40), nullable=False),
        _link("entry_id", "marketplace_facet_value", "marketplace_entry", "CASCADE"),
        sa.PrimaryKeyConstraint("entry_id", "facet", "value", name=op.f("pk_marketplace_facet_value")),
    )
    op.create_index("ix_marketplace_facet_value_found", "marketplace_facet_value", ["facet", "value", "entry_id"])


def downgrade() -> None:
    """Forget them."""
    for name in ("facet_value", "posting", "term_piece", "term", "saved_search", "disclosure", "interest"):
        op.drop_table(f"marketplace_{name}")
    op.execute("delete from job where kind = 'marketplace.tend'")
