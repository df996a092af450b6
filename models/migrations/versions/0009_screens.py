"""Screens that show a changing code"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "display",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("pairing", sa.String(length=64), nullable=False),
        sa.Column("pairing_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("code_number", sa.Integer(), nullable=True),
        sa.Column("paired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_display_event_id_event")),
        sa.ForeignKeyConstraint(
            ["code_number"], ["venue_code.number"], name=op.f("fk_display_code_number_venue_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_display")),
        sa.UniqueConstraint("pairing", name=op.f("uq_display_pairing")),
        sa.UniqueConstraint("digest", name=op.f("uq_display_digest")),
        sa.UniqueConstraint("code_number", name=op.f("uq_display_code_number")),
    )
    op.create_index("ix_display_event_id", "display", ["event_id"])


def downgrade() -> None:
    op.drop_table("display")
