"""people of a change

Revision: 20261122_1625
Follows: 20261122_1600
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_1625"
down_revision = "20261122_1600"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let each change of a timetable name the participants it concerns."""
    with op.batch_alter_table("timetable_change") as batch:
        batch.add_column(sa.Column("participant_ids", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("timetable_change") as batch:
        batch.drop_column("participant_ids")
