"""Wrong codes that a browser or a network tried in a minute"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wrong_code_count",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "minute", name=op.f("pk_wrong_code_count")),
    )


def downgrade() -> None:
    op.drop_table("wrong_code_count")
