"""entries outlive events

Revision: 20261127_2210
Follows: 20261127_2200
"""

import secrets
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.core.database import UtcDateTime

revision = "20261127_2210"
down_revision = "20261127_2200"
branch_labels = None
depends_on = None

TABLE = "marketplace_entry"
PEOPLE = "fk_marketplace_entry_participant_id_participant"
CHOICES = {
    "entry_state": ("state", ("published", "hidden")),
    "reach": ("reach", ("event", "members")),
    "profile_kind": ("profile", ("business", "technology", "research")),
}


def _columns() -> Sequence[sa.Column[Any]]:
    return (
        sa.Column("code", sa.String(16)),
        sa.Column("owner_id", sa.Integer()),
        sa.Column("organisation_id", sa.Integer()),
        sa.Column("state", sa.String(32)),
        sa.Column("reach", sa.String(32)),
        sa.Column("anonymous", sa.Boolean()),
        sa.Column("concealed", sa.JSON()),
        sa.Column("summary", sa.String(500)),
        sa.Column("profile", sa.String(32)),
        sa.Column("details", sa.JSON()),
        sa.Column("country", sa.String(2)),
        sa.Column("nuts", sa.String(5)),
        sa.Column("nace", sa.String(8)),
        sa.Column("segment", sa.String(40)),
        sa.Column("languages", sa.JSON()),
        sa.Column("published_at", UtcDateTime(timezone=True)),
        sa.Column("shown_openly_at", UtcDateTime(timezone=True)),
        sa.Column("expires_at", UtcDateTime(timezone=True)),
        sa.Column("expiry_told_at", UtcDateTime(timezone=True)),
        sa.Column("indexed_as", sa.String(32)),
    )


REQUIRED: dict[str, sa.types.TypeEngine[Any]] = {
    "code": sa.String(16),
    "owner_id": sa.Integer(),
    "state": sa.String(32),
    "reach": sa.String(32),
    "anonymous": sa.Boolean(),
    "concealed": sa.JSON(),
    "summary": sa.String(500),
    "details": sa.JSON(),
    "languages": sa.JSON(),
}


def upgrade() -> None:
    """Give entries an owner of their own, a place outside events, anonymity and the fields of a profile."""
    with op.batch_alter_table(TABLE) as batch:
        for column in _columns():
            batch.add_column(column)
    _fill()
    with op.batch_alter_table(TABLE) as batch:
        for name, kind in REQUIRED.items():
            batch.alter_column(name, existing_type=kind, nullable=False)
        batch.alter_column("participant_id", existing_type=sa.Integer(), nullable=True)
        for name, (chosen, values) in CHOICES.items():
            listed = ", ".join(f"'{value}'" for value in values)
            batch.create_check_constraint(op.f(f"ck_marketplace_entry_{name}"), f"{chosen} IN ({listed})")
        batch.create_check_constraint(
            op.f("ck_marketplace_entry_shown_openly_stays_open"), "not (anonymous and shown_openly_at is not null)"
        )
        batch.create_unique_constraint(op.f("uq_marketplace_entry_code"), ["code"])
        for name in ("expires_at", "organisation_id", "owner_id"):
            batch.create_index(op.f(f"ix_marketplace_entry_{name}"), [name])
        batch.drop_constraint(op.f(PEOPLE), type_="foreignkey")
        batch.create_foreign_key(op.f(PEOPLE), "participant", ["participant_id"], ["id"], ondelete="SET NULL")
        batch.create_foreign_key(
            op.f("fk_marketplace_entry_owner_id_user_account"), "user_account", ["owner_id"], ["id"], ondelete="CASCADE"
        )
        batch.create_foreign_key(
            op.f("fk_marketplace_entry_organisation_id_organisation"),
            "organisation",
            ["organisation_id"],
            ["id"],
            ondelete="SET NULL",
        )


def _fill() -> None:
    """What was written for an event stays there, shown with its owner's name as before."""
    op.execute(
        "update marketplace_entry set state = 'published', reach = 'event', anonymous = false, concealed = '[]', "
        "summary = '', details = '{}', languages = '[]', published_at = created_at, shown_openly_at = created_at, "
        "owner_id = (select user_id from participant where participant.id = participant_id), "
        "organisation_id = (select organisation_id from participant where participant.id = participant_id)"
    )
    connection = op.get_bind()
    numbers = connection.execute(sa.text("select id from marketplace_entry")).scalars().all()
    if numbers:
        codes = [{"number": number, "code": secrets.token_hex(8)} for number in numbers]
        connection.execute(sa.text("update marketplace_entry set code = :code where id = :number"), codes)


def downgrade() -> None:
    """Go back to entries of registrations. Those without one, and anonymous ones, have no place there and are lost."""
    op.execute("delete from marketplace_entry where participant_id is null or anonymous or state = 'hidden'")
    with op.batch_alter_table(TABLE) as batch:
        for name in ("owner_id_user_account", "organisation_id_organisation", "participant_id_participant"):
            batch.drop_constraint(op.f(f"fk_marketplace_entry_{name}"), type_="foreignkey")
        batch.create_foreign_key(op.f(PEOPLE), "participant", ["participant_id"], ["id"], ondelete="CASCADE")
        batch.drop_constraint(op.f("uq_marketplace_entry_code"), type_="unique")
        for name in ("expires_at", "organisation_id", "owner_id"):
            batch.drop_index(op.f(f"ix_marketplace_entry_{name}"))
        for name in (*CHOICES, "shown_openly_stays_open"):
            batch.drop_constraint(op.f(f"ck_marketplace_entry_{name}"), type_="check")
        batch.alter_column("participant_id", existing_type=sa.Integer(), nullable=False)
        for column in _columns():
            batch.drop_column(column.name)
