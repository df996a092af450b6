"""Releases of figures and the public tables that they freeze; answers to questions about figures; calendar subscribers"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "figures_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.String(40), nullable=False),
        sa.Column("region_code", sa.String(6), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_figures_release_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_figures_release_region_code_region")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_figures_release_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["undoes"], ["figures_release.id"], name=op.f("fk_figures_release_undoes_figures_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figures_release")),
    )
    op.create_index(op.f("ix_figures_release_campaign_id"), "figures_release", ["campaign_id"])
    op.create_table(
        "released_table",
        sa.Column("campaign_id", sa.String(40), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_released_table_campaign_id_campaign")
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_released_table")),
    )
    op.create_table(
        "check_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("decision", sa.String(9), nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_check_answer_event_id_event")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_check_answer_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_answer")),
    )
    op.create_index(op.f("ix_check_answer_event_id"), "check_answer", ["event_id"])
    op.create_table(
        "subscriber_salt",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("salt", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_subscriber_salt")),
    )
    op.create_table(
        "calendar_reader",
        sa.Column("campaign_id", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_calendar_reader_campaign_id_campaign")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "day", "digest", name=op.f("pk_calendar_reader")),
    )
    op.create_table(
        "subscriber_day",
        sa.Column("campaign_id", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("subscribers", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_subscriber_day_campaign_id_campaign")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "day", name=op.f("pk_subscriber_day")),
    )


def downgrade() -> None:
    for table in ("subscriber_day", "calendar_reader", "subscriber_salt", "check_answer", "released_table"):
        op.drop_table(table)
    op.drop_table("figures_release")
