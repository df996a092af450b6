"""How many passes visitors took from one address"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "taken_count",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("passes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "minute", name=op.f("pk_taken_count")),
    )


def downgrade() -> None:
    op.drop_table("taken_count")
