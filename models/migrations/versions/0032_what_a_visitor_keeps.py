"""What a visitor keeps: rewards of a stamp card, answers to one question as counts, draws"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("question_zh", "question_en"):
        op.add_column("campaign", sa.Column(name, sa.String(), server_default="", nullable=False))
    op.add_column("event", sa.Column("asks_opinion", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "reward",
        sa.Column("campaign_id", sa.String(40), nullable=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("stamps", sa.Integer(), nullable=False),
        sa.Column("focus_points", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_reward_campaign_id_campaign")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "key", name=op.f("pk_reward")),
    )
    op.create_table(
        "redemption",
        sa.Column("campaign_id", sa.String(40), nullable=False),
        sa.Column("reward", sa.String(60), nullable=False),
        sa.Column("holder", sa.String(40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kiosk_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_redemption_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_redemption_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_redemption_event_id_event")),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosk.id"], name=op.f("fk_redemption_kiosk_id_kiosk")),
        sa.PrimaryKeyConstraint("campaign_id", "reward", "holder", name=op.f("pk_redemption")),
    )
    op.create_table(
        "opinion_count",
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(60), nullable=False),
        sa.Column("answer", sa.String(60), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_opinion_count_occurrence_id_occurrence")
        ),
        sa.PrimaryKeyConstraint("occurrence_id", "audience", "answer", name=op.f("pk_opinion_count")),
    )
    op.create_table(
        "opinion_mark",
        sa.Column("digest", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_opinion_mark")),
    )
    op.create_table(
        "draw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("winners", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entries", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_draw_event_id_event")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_draw_made_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw")),
    )
    op.create_index(op.f("ix_draw_event_id"), "draw", ["event_id"])


def downgrade() -> None:
    for table in ("draw", "opinion_mark", "opinion_count", "redemption", "reward"):
        op.drop_table(table)
    op.drop_column("event", "asks_opinion")
    op.drop_column("campaign", "question_zh")
    op.drop_column("campaign", "question_en")
