"""Entries that are one event, and those that a person found to be different"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_merge",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_merge_event_id_event")),
        sa.ForeignKeyConstraint(["kept_id"], ["event.id"], name=op.f("fk_event_merge_kept_id_event")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_merge")),
    )
    op.create_index(op.f("ix_event_merge_kept_id"), "event_merge", ["kept_id"])
    op.create_table(
        "pair_ruling",
        sa.Column("low_id", sa.Integer(), nullable=False),
        sa.Column("high_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["low_id"], ["event.id"], name=op.f("fk_pair_ruling_low_id_event")),
        sa.ForeignKeyConstraint(["high_id"], ["event.id"], name=op.f("fk_pair_ruling_high_id_event")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_pair_ruling_account_id_account")
        ),
        sa.PrimaryKeyConstraint("low_id", "high_id", name=op.f("pk_pair_ruling")),
    )
    op.create_index(op.f("ix_pair_ruling_high_id"), "pair_ruling", ["high_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_pair_ruling_high_id"), table_name="pair_ruling")
    op.drop_table("pair_ruling")
    op.drop_index(op.f("ix_event_merge_kept_id"), table_name="event_merge")
    op.drop_table("event_merge")
