"""The review of events: decisions, who judges which event, organizations that publish by themselves, second readings"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_event_review_account_id_account")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_review_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_review")),
    )
    op.create_index(op.f("ix_event_review_event_id"), "event_review", ["event_id"])
    op.create_table(
        "review_claim",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_review_claim_account_id_account")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_review_claim_event_id_event")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_review_claim")),
    )
    op.add_column(
        "organization", sa.Column("publishes", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("event_change", sa.Column("why", sa.String(), server_default="", nullable=False))
    op.add_column(
        "term", sa.Column("second_reading", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("term", "second_reading")
    op.drop_column("event_change", "why")
    op.drop_column("organization", "publishes")
    op.drop_table("review_claim")
    op.drop_table("event_review")
