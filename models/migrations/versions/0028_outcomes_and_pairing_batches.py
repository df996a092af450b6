"""Outcomes of events, highlights and pictures for the summary; codes that pair several devices"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("precision", sa.String(length=10), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.String(length=200), nullable=False),
        *_by_whom("outcome"),
    )
    op.create_index(op.f("ix_outcome_event_id"), "outcome", ["event_id"])
    op.create_table(
        "highlight",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        *_by_whom("highlight"),
    )
    op.create_index(op.f("ix_highlight_event_id"), "highlight", ["event_id"])
    op.create_table(
        "summary_picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["sha256"], ["picture.sha256"], name=op.f("fk_summary_picture_sha256_picture")
        ),
        sa.ForeignKeyConstraint(
            ["undoes"], ["summary_picture.id"], name=op.f("fk_summary_picture_undoes_summary_picture")
        ),
        *_by_whom("summary_picture"),
    )
    op.create_index(op.f("ix_summary_picture_event_id"), "summary_picture", ["event_id"])


def _by_whom(table):
    return (
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id_account")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f(f"fk_{table}_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def downgrade():
    for table in ("summary_picture", "highlight", "outcome"):
        op.drop_table(table)
