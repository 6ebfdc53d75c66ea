"""what schedules can heed

Revision: 20261127_2325
Follows: 20261127_2320
"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_2325"
down_revision = "20261127_2320"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Walking times, interpreters, wishes for slots, lengths, rows of meetings, places for both ways of attending."""
    with op.batch_alter_table("event") as batch:
        batch.add_column(sa.Column("meeting_length", sa.Integer(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("max_in_a_row", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("walking_price", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("common_language", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.create_check_constraint(op.f("ck_event_meeting_length_sane"), "meeting_length between 1 and 12")
        sane = "max_in_a_row is null or max_in_a_row between 1 and 100"
        batch.create_check_constraint(op.f("ck_event_max_in_a_row_sane"), sane)
        positive = "walking_price is null or walking_price > 0"
        batch.create_check_constraint(op.f("ck_event_walking_price_positive"), positive)
    with op.batch_alter_table("participant_type") as batch:
        batch.add_column(sa.Column("meeting_length", sa.Integer(), nullable=True))
        length = "meeting_length is null or meeting_length between 1 and 12"
        batch.create_check_constraint(op.f("ck_participant_type_meeting_length_sane"), length)
    with op.batch_alter_table("participant") as batch:
        batch.add_column(sa.Column("max_in_a_row", sa.Integer(), nullable=True))
        batch.create_check_constraint(op.f("ck_participant_max_in_a_row_sane"), sane)
    with op.batch_alter_table("meeting_request") as batch:
        batch.add_column(sa.Column("length", sa.Integer(), nullable=True))
        batch.create_check_constraint(
            op.f("ck_meeting_request_length_sane"), "length is null or length between 1 and 12"
        )
    with op.batch_alter_table("meeting_table") as batch:
        batch.add_column(sa.Column("serves_both", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE meeting_table SET serves_both = true WHERE zone_id IN (SELECT zone.id FROM zone"
        " JOIN event ON event.id = zone.event_id WHERE zone.is_online AND event.format = 'mixed')"
    )
    _walks()
    _interpreters()
    op.create_table(
        "slot_wish",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("preferred", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_slot_wish_participant_id_participant"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_slot_wish_slot_id_slot"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("participant_id", "slot_id", name=op.f("pk_slot_wish")),
    )
    op.create_index(op.f("ix_slot_wish_slot_id"), "slot_wish", ["slot_id"])


def _walks() -> None:
    op.create_table(
        "walk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("low_id", sa.Integer(), nullable=False),
        sa.Column("high_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_walk_pair_ordered")),
        sa.CheckConstraint("minutes between 1 and 240", name=op.f("ck_walk_minutes_sane")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_walk_event_id_event"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["low_id"], ["zone.id"], name=op.f("fk_walk_low_id_zone"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["high_id"], ["zone.id"], name=op.f("fk_walk_high_id_zone"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walk")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_walk_low_id_high_id")),
    )
    op.create_index(op.f("ix_walk_event_id"), "walk", ["event_id"])
    op.create_index(op.f("ix_walk_high_id"), "walk", ["high_id"])


def _interpreters() -> None:
    op.create_table(
        "interpreter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("max_meetings", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "max_meetings is null or max_meetings between 0 and 200", name=op.f("ck_interpreter_max_meetings_sane")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_interpreter_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interpreter")),
        sa.UniqueConstraint("event_id", "code", name=op.f("uq_interpreter_event_id_code")),
    )
    op.create_table(
        "interpreter_absence",
        sa.Column("interpreter_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["interpreter_id"],
            ["interpreter.id"],
            name=op.f("fk_interpreter_absence_interpreter_id_interpreter"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["slot.id"], name=op.f("fk_interpreter_absence_slot_id_slot"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("interpreter_id", "slot_id", name=op.f("pk_interpreter_absence")),
    )
    op.create_index(op.f("ix_interpreter_absence_slot_id"), "interpreter_absence", ["slot_id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("interpreter_absence")
    op.drop_table("interpreter")
    op.drop_table("walk")
    op.drop_table("slot_wish")
    with op.batch_alter_table("meeting_table") as batch:
        batch.drop_column("serves_both")
    with op.batch_alter_table("meeting_request") as batch:
        batch.drop_constraint(op.f("ck_meeting_request_length_sane"), type_="check")
        batch.drop_column("length")
    with op.batch_alter_table("participant") as batch:
        batch.drop_constraint(op.f("ck_participant_max_in_a_row_sane"), type_="check")
        batch.drop_column("max_in_a_row")
    with op.batch_alter_table("participant_type") as batch:
        batch.drop_constraint(op.f("ck_participant_type_meeting_length_sane"), type_="check")
        batch.drop_column("meeting_length")
    with op.batch_alter_table("event") as batch:
        for name in ("meeting_length_sane", "max_in_a_row_sane", "walking_price_positive"):
            batch.drop_constraint(op.f(f"ck_event_{name}"), type_="check")
        for column in ("meeting_length", "max_in_a_row", "walking_price", "common_language"):
            batch.drop_column(column)
