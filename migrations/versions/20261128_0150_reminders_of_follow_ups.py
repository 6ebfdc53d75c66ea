"""reminders of follow-ups

Revision: 20261128_0150
Follows: 20261128_0140
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "20261128_0150"
down_revision = "20261128_0140"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change; where follow-ups are open the reminding begins by itself."""
    with op.batch_alter_table("user_account") as batch:
        batch.add_column(sa.Column("reminder_mails", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("user_account") as batch:
        batch.alter_column("reminder_mails", server_default=None)
    with op.batch_alter_table("workshop_entry") as batch:
        batch.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("overdue_told_at", sa.DateTime(timezone=True), nullable=True))
    entry = sa.table("workshop_entry", sa.column("kind"), sa.column("state"))
    waiting = sa.select(sa.literal(1)).select_from(entry).where(entry.c.kind == "follow_up", entry.c.state == "open")
    connection, now = op.get_bind(), datetime.now(UTC)
    if connection.execute(waiting.limit(1)).first() is not None:
        job = sa.table(
            "job",
            *(sa.column(name) for name in ("kind", "state", "priority", "attempts", "max_attempts")),
            *(sa.column(name, sa.JSON) for name in ("payload", "progress")),
            *(sa.column(name, sa.DateTime(timezone=True)) for name in ("run_after", "created_at")),
            sa.column("cancel_requested", sa.Boolean),
        )
        values = {
            "kind": "workshops.remind", "state": "queued", "priority": 0, "attempts": 0, "max_attempts": 2,
            "payload": {}, "progress": {}, "run_after": now, "created_at": now, "cancel_requested": False,
        }  # fmt: skip
        connection.execute(sa.insert(job).values(values))


def downgrade() -> None:
    """Take it back."""
    op.execute("delete from job where kind = 'workshops.remind'")
    with op.batch_alter_table("workshop_entry") as batch:
        batch.drop_column("overdue_told_at")
        batch.drop_column("reminded_at")
    with op.batch_alter_table("user_account") as batch:
        batch.drop_column("reminder_mails")
