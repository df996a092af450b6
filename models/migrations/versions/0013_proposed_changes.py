"""Proposed changes of published events, and the decisions on them"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_event_proposal_account_id_account")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_proposal_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_proposal")),
    )
    op.create_index(op.f("ix_event_proposal_event_id"), "event_proposal", ["event_id"])
    op.create_table(
        "event_proposal_decision",
        sa.Column("proposal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_event_proposal_decision_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["event_proposal.id"],
            name=op.f("fk_event_proposal_decision_proposal_id_event_proposal"),
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_event_proposal_decision")),
    )


def downgrade() -> None:
    op.drop_table("event_proposal_decision")
    op.drop_table("event_proposal")
