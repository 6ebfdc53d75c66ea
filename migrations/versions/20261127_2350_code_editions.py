"""code editions

Revision: 20261127_2350
Follows: 20261127_2340
"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_2350"
down_revision = "20261127_2340"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change; codes that are there already were checked against NUTS 2024 (2018 for UK) and NACE 2.1."""
    with op.batch_alter_table("organisation") as batch:
        batch.add_column(sa.Column("nuts_version", sa.String(length=8), nullable=True))
        batch.add_column(sa.Column("nace_version", sa.String(length=8), nullable=True))
    op.execute("update organisation set nuts_version = '2024' where nuts is not null")
    op.execute("update organisation set nuts_version = '2018' where nuts like 'UK_%'")
    op.execute("update organisation set nace_version = '2.1' where nace is not null")


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("organisation") as batch:
        batch.drop_column("nace_version")
        batch.drop_column("nuts_version")
