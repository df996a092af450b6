"""Events that people choose, behind a secret address"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chosen_list",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_chosen_list_campaign_id_campaign")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chosen_list")),
        sa.UniqueConstraint("digest", name=op.f("uq_chosen_list_digest")),
    )
    op.create_table(
        "chosen_event",
        sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_chosen_event_event_id_event")),
        sa.ForeignKeyConstraint(
            ["list_id"], ["chosen_list.id"], name=op.f("fk_chosen_event_list_id_chosen_list")
        ),
        sa.PrimaryKeyConstraint("list_id", "event_id", name=op.f("pk_chosen_event")),
    )


def downgrade() -> None:
    op.drop_table("chosen_event")
    op.drop_table("chosen_list")
