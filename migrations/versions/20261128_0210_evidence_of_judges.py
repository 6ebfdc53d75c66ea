"""what findings rest on is kept apart from the documents of a partnership

Revision: 20261128_0210
Follows: 20261128_0150
"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0210"
down_revision = "20261128_0150"
branch_labels = None
depends_on = None

FILE = sa.table(
    "stored_file", sa.column("id"), sa.column("name"), sa.column("sha256"), sa.column("subject_kind"),
    sa.column("subject_id"), sa.column("uploaded_by_id"),
)  # fmt: skip
AUDIT = sa.table(
    "audit_entry", sa.column("actor_id"), sa.column("action"), sa.column("subject_kind"), sa.column("subject_id"),
    sa.column("detail", sa.JSON),
)  # fmt: skip
NAMED_ELSEWHERE = (("commitment_letter", "file_id"), ("partnership_role", "mandate_file_id"), ("decision", "file_id"))
"""Letters, replaced ones among them, mandates and minutes stay documents of the partnership."""


def upgrade() -> None:
    """Make the change for the evidence that findings name, and for that which later evidence took the place of.

    Evidence that was replaced stands in no table any more, but every finding left an audit entry with the name and the
    hash of its document. A file is taken for such evidence when an entry of its own partnership names it, the account
    that judged is the one that uploaded it, and no letter, mandate or decision has it: officers may well upload a copy
    of a letter that a region handed in, and the region's own stays open to the region.
    """
    op.execute(
        "update stored_file set subject_kind = 'judging' where subject_kind = 'partnership' "
        "and id in (select file_id from checklist_entry where file_id is not null)"
    )
    if replaced := _replaced(op.get_bind()):
        op.execute(sa.update(FILE).where(FILE.c.id.in_(replaced)).values(subject_kind="judging"))


def downgrade() -> None:
    """Take it back."""
    op.execute("update stored_file set subject_kind = 'partnership' where subject_kind = 'judging'")


def _replaced(connection: sa.Connection) -> list[int]:
    judged = AUDIT.c.action == "judging.rule", AUDIT.c.subject_kind == "partnership"
    named = {
        (entry.subject_id, entry.actor_id, document.get("name"), document.get("sha256"))
        for entry in connection.execute(sa.select(AUDIT).where(*judged))
        for document in entry.detail.get("documents", [])
    }
    if not named:
        return []
    elsewhere = set[int | None]()
    for table, column in NAMED_ELSEWHERE:
        elsewhere |= set(connection.scalars(sa.select(sa.column(column)).select_from(sa.table(table))))
    files = connection.execute(sa.select(FILE).where(FILE.c.subject_kind == "partnership"))
    return [
        file.id
        for file in files
        if (file.subject_id, file.uploaded_by_id, file.name, file.sha256) in named and file.id not in elsewhere
    ]
