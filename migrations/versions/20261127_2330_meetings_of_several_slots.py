"""meetings of several slots

Revision: 20261127_2330
Follows: 20261127_2325
"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_2330"
down_revision = "20261127_2325"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a meeting take several slots and an interpreter, with a row for each slot that it takes of anything."""
    with op.batch_alter_table("meeting") as batch:
        batch.add_column(sa.Column("last_slot_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("interpreter_id", sa.Integer(), nullable=True))
    op.execute("UPDATE meeting SET last_slot_id = slot_id")
    with op.batch_alter_table("meeting") as batch:
        batch.alter_column("last_slot_id", existing_type=sa.Integer(), nullable=False)
        batch.create_foreign_key(op.f("fk_meeting_last_slot_id_slot"), "slot", ["last_slot_id"], ["id"])
        interpreter = op.f("fk_meeting_interpreter_id_interpreter")
        batch.create_foreign_key(interpreter, "interpreter", ["interpreter_id"], ["id"], ondelete="SET NULL")
        batch.create_index(op.f("ix_meeting_last_slot_id"), ["last_slot_id"])
        batch.create_index(op.f("ix_meeting_interpreter_id"), ["interpreter_id"])
    with op.batch_alter_table("seat") as batch:
        batch.add_column(sa.Column("part", sa.Integer(), nullable=False, server_default="0"))
        batch.drop_constraint(op.f("uq_seat_meeting_id_participant_id"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_seat_meeting_id_participant_id_part"), ["meeting_id", "participant_id", "part"]
        )
    _bookings()
    op.execute(
        "INSERT INTO table_booking (meeting_id, slot_id, timetable_id, table_id)"
        " SELECT id, slot_id, timetable_id, table_id FROM meeting WHERE state = 'scheduled'"
    )
    with op.batch_alter_table("timetable_change") as batch:
        for name in ("old_last_slot_id", "new_last_slot_id"):
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
            batch.create_foreign_key(
                op.f(f"fk_timetable_change_{name}_slot"), "slot", [name], ["id"], ondelete="SET NULL"
            )
    op.execute("UPDATE timetable_change SET old_last_slot_id = old_slot_id, new_last_slot_id = new_slot_id")
    with op.batch_alter_table("scheduling_run") as batch:
        batch.add_column(sa.Column("baseline", sa.Text(), nullable=True))


def _bookings() -> None:
    for kind, target, index in (("table", "meeting_table", False), ("interpreter", "interpreter", True)):
        name, column = f"{kind}_booking", f"{kind}_id"
        op.create_table(
            name,
            sa.Column("meeting_id", sa.Integer(), nullable=False),
            sa.Column("slot_id", sa.Integer(), nullable=False),
            sa.Column("timetable_id", sa.Integer(), nullable=False),
            sa.Column(column, sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(
                ["meeting_id"], ["meeting.id"], name=op.f(f"fk_{name}_meeting_id_meeting"), ondelete="CASCADE"
            ),
            sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f(f"fk_{name}_slot_id_slot")),
            sa.ForeignKeyConstraint(
                ["timetable_id"], ["timetable.id"], name=op.f(f"fk_{name}_timetable_id_timetable"), ondelete="CASCADE"
            ),
            sa.ForeignKeyConstraint(
                [column],
                [f"{target}.id"],
                name=op.f(f"fk_{name}_{column}_{target}"),
                ondelete="CASCADE" if index else None,
            ),
            sa.PrimaryKeyConstraint("meeting_id", "slot_id", name=op.f(f"pk_{name}")),
            sa.UniqueConstraint(
                "timetable_id", column, "slot_id", name=op.f(f"uq_{name}_timetable_id_{column}_slot_id")
            ),
        )
        if index:
            op.create_index(op.f(f"ix_{name}_{column}"), name, [column])


def downgrade() -> None:
    """Keep each meeting's first slot only."""
    with op.batch_alter_table("scheduling_run") as batch:
        batch.drop_column("baseline")
    with op.batch_alter_table("timetable_change") as batch:
        for name in ("old_last_slot_id", "new_last_slot_id"):
            batch.drop_constraint(op.f(f"fk_timetable_change_{name}_slot"), type_="foreignkey")
            batch.drop_column(name)
    op.drop_table("interpreter_booking")
    op.drop_table("table_booking")
    op.execute("DELETE FROM seat WHERE part > 0")
    with op.batch_alter_table("seat") as batch:
        batch.drop_constraint(op.f("uq_seat_meeting_id_participant_id_part"), type_="unique")
        batch.create_unique_constraint(op.f("uq_seat_meeting_id_participant_id"), ["meeting_id", "participant_id"])
        batch.drop_column("part")
    with op.batch_alter_table("meeting") as batch:
        batch.drop_index(op.f("ix_meeting_interpreter_id"))
        batch.drop_index(op.f("ix_meeting_last_slot_id"))
        batch.drop_constraint(op.f("fk_meeting_interpreter_id_interpreter"), type_="foreignkey")
        batch.drop_constraint(op.f("fk_meeting_last_slot_id_slot"), type_="foreignkey")
        batch.drop_column("interpreter_id")
        batch.drop_column("last_slot_id")
