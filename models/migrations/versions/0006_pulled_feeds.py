"""Calendars that are pulled on a schedule, and the events that they no longer have"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "pulled_feed",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("etag", sa.String(length=100), nullable=False),
        sa.Column("last_modified", sa.String(length=100), nullable=False),
        sa.Column("last_result", sa.JSON(), nullable=True),
        sa.Column("last_error", sa.JSON(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("pulled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["account.id"], name=op.f("fk_pulled_feed_added_by_account")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_pulled_feed_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_pulled_feed_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_pulled_feed_region_code_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pulled_feed")),
    )
    for name in ("campaign_id", "next_at", "organization_id"):
        op.create_index(op.f(f"ix_pulled_feed_{name}"), "pulled_feed", [name])
    op.create_table(
        "vanished_event",
        sa.Column("feed_id", BIG_ID, nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_vanished_event_event_id_event")),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["pulled_feed.id"], name=op.f("fk_vanished_event_feed_id_pulled_feed")
        ),
        sa.ForeignKeyConstraint(["kept_by"], ["account.id"], name=op.f("fk_vanished_event_kept_by_account")),
        sa.PrimaryKeyConstraint("feed_id", "event_id", name=op.f("pk_vanished_event")),
    )
    op.create_index(op.f("ix_vanished_event_event_id"), "vanished_event", ["event_id"])


def downgrade() -> None:
    op.drop_table("vanished_event")
    op.drop_table("pulled_feed")
