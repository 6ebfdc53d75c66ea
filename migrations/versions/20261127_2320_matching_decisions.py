"""matching decisions

Revision: 20261127_2320
Follows: 20261127_2310
"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_2320"
down_revision = "20261127_2310"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep decisions, wishes, marks, labels and embeddings; a place and the parts with each recommendation."""
    op.create_table(
        "text_embedding",
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("content_hash", name=op.f("pk_text_embedding")),
    )
    op.create_table(
        "matching_settings",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("decisions", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposal", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_matching_settings_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_matching_settings")),
    )
    op.create_table(
        "match_label",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("request_code", sa.String(length=20), nullable=False),
        sa.Column("asker_id", sa.Integer(), nullable=False),
        sa.Column("asked_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mutual", sa.Boolean(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=True),
        sa.Column("rating", sa.Double(), nullable=True),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_id"], ["participant.id"], name=op.f("fk_match_label_asked_id_participant"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["asker_id"], ["participant.id"], name=op.f("fk_match_label_asker_id_participant"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_match_label_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_label")),
        sa.UniqueConstraint("event_id", "request_code", name=op.f("uq_match_label_event_id_request_code")),
    )
    with op.batch_alter_table("match_label", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_match_label_asked_id"), ["asked_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_match_label_asker_id"), ["asker_id"], unique=False)

    op.create_table(
        "partner_wish",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("positions", sa.JSON(), nullable=False),
        sa.Column("types", sa.JSON(), nullable=False),
        sa.Column("sizes", sa.JSON(), nullable=False),
        sa.Column("countries", sa.JSON(), nullable=False),
        sa.Column("sectors", sa.JSON(), nullable=False),
        sa.Column("ranked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_partner_wish_participant_id_participant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_partner_wish")),
    )
    op.create_table(
        "profile_state",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("scored", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_profile_state_participant_id_participant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_profile_state")),
    )
    op.create_table(
        "recommendation_mark",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("saved", "dismissed", name="mark_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["participant.id"],
            name=op.f("fk_recommendation_mark_other_id_participant"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_recommendation_mark_participant_id_participant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("participant_id", "other_id", name=op.f("pk_recommendation_mark")),
    )
    with op.batch_alter_table("recommendation_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recommendation_mark_other_id"), ["other_id"], unique=False)

    with op.batch_alter_table("recommendation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("figures", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("recommendation", schema=None) as batch_op:
        batch_op.drop_column("figures")
        batch_op.drop_column("place")

    with op.batch_alter_table("recommendation_mark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recommendation_mark_other_id"))

    op.drop_table("recommendation_mark")
    op.drop_table("profile_state")
    op.drop_table("partner_wish")
    with op.batch_alter_table("match_label", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_match_label_asker_id"))
        batch_op.drop_index(batch_op.f("ix_match_label_asked_id"))

    op.drop_table("match_label")
    op.drop_table("matching_settings")
    op.drop_table("text_embedding")
