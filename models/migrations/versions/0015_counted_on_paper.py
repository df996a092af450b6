"""Heads counted on paper and entered at the desk"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_count",
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("counter", sa.String(length=60), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_paper_count_account_id_account")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_paper_count_event_id_event")),
        sa.PrimaryKeyConstraint("scan_id", name=op.f("pk_paper_count")),
    )
    op.create_index(op.f("ix_paper_count_event_id"), "paper_count", ["event_id"])


def downgrade() -> None:
    op.drop_table("paper_count")
