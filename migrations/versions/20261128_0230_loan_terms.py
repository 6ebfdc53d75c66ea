"""what a loan costs

Revision: 20261128_0230
Follows: 20261128_0220
"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0230"
down_revision = "20261128_0220"
branch_labels = None
depends_on = None

CHECKS = {
    "loan_terms_whole": "(loan_rate is null) = (loan_years is null)",
    "loan_terms_sane": "loan_rate between 0 and 10000 and loan_years between 1 and 50",
    "loan_grace_within": "loan_grace between 0 and loan_years - 1",
}


def upgrade() -> None:
    """Make the change; of loans that are there already, the terms are not known."""
    with op.batch_alter_table("funding_line") as batch:
        for name in ("loan_rate", "loan_years", "loan_grace"):
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
        for name, condition in CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_funding_line_{name}"), condition)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("funding_line") as batch:
        for name in CHECKS:
            batch.drop_constraint(op.f(f"ck_funding_line_{name}"), type_="check")
        for name in ("loan_grace", "loan_years", "loan_rate"):
            batch.drop_column(name)
