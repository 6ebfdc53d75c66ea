"""what findings rest on is kept apart from the documents of a partnership

Revision: 20261128_0210
Follows: 20261128_0150
"""

from alembic import op

revision = "20261128_0210"
down_revision = "20261128_0150"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change for the evidence that present findings name."""
    op.execute(
        "update stored_file set subject_kind = 'judging' where subject_kind = 'partnership' "
        "and id in (select file_id from checklist_entry where file_id is not null)"
    )


def downgrade() -> None:
    """Take it back."""
    op.execute("update stored_file set subject_kind = 'partnership' where subject_kind = 'judging'")
