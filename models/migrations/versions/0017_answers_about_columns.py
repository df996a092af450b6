"""Answers about columns of imported tables"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "column_answer",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("header", sa.String(length=80), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_column_answer_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_column_answer_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "header", name=op.f("pk_column_answer")),
    )


def downgrade() -> None:
    op.drop_table("column_answer")
