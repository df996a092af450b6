"""Summaries: people's texts, sealed figures, steps of handing in"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "summary_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.String(40), nullable=False),
        sa.Column("region_code", sa.String(6), nullable=False),
        sa.Column("line", sa.String(60), nullable=False),
        sa.Column("section", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_summary_text_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_summary_text_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary_text")),
    )
    op.create_index("ix_summary_text_part", "summary_text", ["campaign_id", "region_code", "line"])
    op.create_table(
        "sealed_summary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.String(40), nullable=False),
        sa.Column("region_code", sa.String(6), nullable=False),
        sa.Column("line", sa.String(60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_sealed_summary_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["key_id"], ["signing_key.id"], name=op.f("fk_sealed_summary_key_id_signing_key")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_sealed_summary_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_summary")),
        sa.UniqueConstraint(
            "campaign_id",
            "region_code",
            "line",
            "number",
            name=op.f("uq_sealed_summary_campaign_id_region_code_line_number"),
        ),
    )
    op.create_index(op.f("ix_sealed_summary_sha256"), "sealed_summary", ["sha256"])
    op.create_table(
        "summary_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sealed_id", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(10), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["sealed_id"], ["sealed_summary.id"], name=op.f("fk_summary_step_sealed_id_sealed_summary")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_summary_step_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary_step")),
    )
    op.create_index(op.f("ix_summary_step_sealed_id"), "summary_step", ["sealed_id"])


def downgrade() -> None:
    for table in ("summary_step", "sealed_summary", "summary_text"):
        op.drop_table(table)
