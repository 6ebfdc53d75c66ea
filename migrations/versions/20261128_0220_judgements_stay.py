"""declarations and scores stay when an account goes

Revision: 20261128_0220
Follows: 20261128_0210
"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "20261128_0220"
down_revision = "20261128_0210"
branch_labels = None
depends_on = None

DECLARATION, SCORE, ACCOUNT = "conflict_declaration", "criterion_score", "user_account"


def upgrade() -> None:
    """Make the change; a score hangs on the declaration of its evaluator, which the services ask for before it."""
    with op.batch_alter_table(DECLARATION) as batch:
        batch.add_column(sa.Column("number", sa.Integer(), nullable=True))
    op.execute(
        "update conflict_declaration set number = (select count(*) from conflict_declaration as other "
        "where other.submission_id = conflict_declaration.submission_id and other.id <= conflict_declaration.id)"
    )
    with op.batch_alter_table(DECLARATION) as batch:
        batch.alter_column("number", existing_type=sa.Integer(), nullable=False)
        batch.alter_column("user_id", existing_type=sa.Integer(), nullable=True)
        batch.create_unique_constraint(
            op.f("uq_conflict_declaration_submission_id_number"), ["submission_id", "number"]
        )
        _tie_to_account(batch, DECLARATION, "SET NULL")
    with op.batch_alter_table(SCORE) as batch:
        batch.add_column(sa.Column("declaration_id", sa.Integer(), nullable=True))
    op.execute(
        "update criterion_score set declaration_id = (select id from conflict_declaration as declared "
        "where declared.submission_id = criterion_score.submission_id and declared.user_id = criterion_score.user_id)"
    )
    with op.batch_alter_table(SCORE) as batch:
        batch.alter_column("declaration_id", existing_type=sa.Integer(), nullable=False)
        batch.drop_constraint(op.f("uq_criterion_score_submission_id_user_id_criterion"), type_="unique")
        batch.drop_constraint(op.f("fk_criterion_score_user_id_user_account"), type_="foreignkey")
        batch.drop_index(op.f("ix_criterion_score_user_id"))
        batch.drop_column("user_id")
        batch.create_index(op.f("ix_criterion_score_submission_id"), ["submission_id"])
        batch.create_unique_constraint(
            op.f("uq_criterion_score_declaration_id_criterion"), ["declaration_id", "criterion"]
        )
        batch.create_foreign_key(
            op.f("fk_criterion_score_declaration_id_conflict_declaration"), DECLARATION, ["declaration_id"], ["id"],
            ondelete="CASCADE",
        )  # fmt: skip


def downgrade() -> None:
    """Take it back; what belongs to no account any more has no place in the former tables."""
    with op.batch_alter_table(SCORE) as batch:
        batch.add_column(sa.Column("user_id", sa.Integer(), nullable=True))
    op.execute(
        "update criterion_score set user_id = (select user_id from conflict_declaration as declared "
        "where declared.id = criterion_score.declaration_id)"
    )
    op.execute("delete from criterion_score where user_id is null")
    op.execute("delete from conflict_declaration where user_id is null")
    with op.batch_alter_table(SCORE) as batch:
        batch.alter_column("user_id", existing_type=sa.Integer(), nullable=False)
        batch.drop_constraint(op.f("fk_criterion_score_declaration_id_conflict_declaration"), type_="foreignkey")
        batch.drop_constraint(op.f("uq_criterion_score_declaration_id_criterion"), type_="unique")
        batch.drop_index(op.f("ix_criterion_score_submission_id"))
        batch.drop_column("declaration_id")
        batch.create_index(op.f("ix_criterion_score_user_id"), ["user_id"])
        batch.create_unique_constraint(
            op.f("uq_criterion_score_submission_id_user_id_criterion"), ["submission_id", "user_id", "criterion"]
        )
        batch.create_foreign_key(
            op.f("fk_criterion_score_user_id_user_account"), ACCOUNT, ["user_id"], ["id"], ondelete="CASCADE"
        )
    with op.batch_alter_table(DECLARATION) as batch:
        _tie_to_account(batch, DECLARATION, "CASCADE")
        batch.alter_column("user_id", existing_type=sa.Integer(), nullable=False)
        batch.drop_constraint(op.f("uq_conflict_declaration_submission_id_number"), type_="unique")
        batch.drop_column("number")


def _tie_to_account(batch: BatchOperations, table: str, when_it_goes: str) -> None:
    name = op.f(f"fk_{table}_user_id_{ACCOUNT}")
    batch.drop_constraint(name, type_="foreignkey")
    batch.create_foreign_key(name, ACCOUNT, ["user_id"], ["id"], ondelete=when_it_goes)
