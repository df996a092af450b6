"""Check-ins by phone from one network at one event"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "network_count",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("tried", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_network_count_event_id_event")),
        sa.PrimaryKeyConstraint("digest", "minute", name=op.f("pk_network_count")),
    )
    op.create_index(op.f("ix_network_count_event_id"), "network_count", ["event_id"])


def downgrade() -> None:
    op.drop_table("network_count")
