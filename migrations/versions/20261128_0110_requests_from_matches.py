"""requests that come from a match

Revision: 20261128_0110
Follows: 20261127_2350
"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0110"
down_revision = "20261127_2350"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change; requests that are there already were made by the participants themselves."""
    with op.batch_alter_table("meeting_request") as batch:
        batch.add_column(sa.Column("is_proposed", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("finding_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("proposed_by_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_meeting_request_finding_id_match_finding"), "match_finding", ["finding_id"], ["id"],
            ondelete="SET NULL",
        )  # fmt: skip
        batch.create_foreign_key(
            op.f("fk_meeting_request_proposed_by_id_user_account"), "user_account", ["proposed_by_id"], ["id"],
            ondelete="SET NULL",
        )  # fmt: skip
        batch.create_index(op.f("ix_meeting_request_finding_id"), ["finding_id"])
        batch.alter_column("is_proposed", server_default=None)
    op.create_table(
        "match_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_match_invitation_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["finding_id"],
            ["match_finding.id"],
            name=op.f("fk_match_invitation_finding_id_match_finding"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_id"],
            ["user_account.id"],
            name=op.f("fk_match_invitation_invited_by_id_user_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["survey_response.id"],
            name=op.f("fk_match_invitation_response_id_survey_response"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_invitation")),
        sa.UniqueConstraint("event_id", "response_id", name=op.f("uq_match_invitation_event_id_response_id")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("match_invitation")
    with op.batch_alter_table("meeting_request") as batch:
        batch.drop_index(op.f("ix_meeting_request_finding_id"))
        batch.drop_constraint(op.f("fk_meeting_request_proposed_by_id_user_account"), type_="foreignkey")
        batch.drop_constraint(op.f("fk_meeting_request_finding_id_match_finding"), type_="foreignkey")
        batch.drop_column("proposed_by_id")
        batch.drop_column("finding_id")
        batch.drop_column("is_proposed")
