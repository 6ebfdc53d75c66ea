"""documents beside the plan, indicators and their values

Revision: 20261128_0240
Follows: 20261128_0230
"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0240"
down_revision = "20261128_0230"
branch_labels = None
depends_on = None

SECTIONS = ("market", "model", "operations", "governance", "ipr", "financials", "cash_flow", "risk", "exit")


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "plan_attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column(
            "section",
            sa.Enum(*SECTIONS, name="plan_section", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["investment_project.id"], name=op.f("fk_plan_attachment_project_id_investment_project"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_plan_attachment_file_id_stored_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_attachment")),
        sa.UniqueConstraint("file_id", name=op.f("uq_plan_attachment_file_id")),
    )  # fmt: skip
    op.create_index(op.f("ix_plan_attachment_project_id"), "plan_attachment", ["project_id"])
    op.create_table(
        "project_indicator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("baseline", sa.Double(), nullable=False),
        sa.Column("target", sa.Double(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.CheckConstraint("target <> baseline", name=op.f("ck_project_indicator_target_is_a_change")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["investment_project.id"], name=op.f("fk_project_indicator_project_id_investment_project"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_indicator")),
        sa.UniqueConstraint("project_id", "name", name=op.f("uq_project_indicator_project_id_name")),
    )  # fmt: skip
    op.create_table(
        "indicator_value",
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["project_indicator.id"], name=op.f("fk_indicator_value_indicator_id_project_indicator"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("indicator_id", "day", name=op.f("pk_indicator_value")),
    )  # fmt: skip


def downgrade() -> None:
    """Take it back; the documents stay."""
    op.drop_table("indicator_value")
    op.drop_table("project_indicator")
    op.drop_index(op.f("ix_plan_attachment_project_id"), "plan_attachment")
    op.drop_table("plan_attachment")
