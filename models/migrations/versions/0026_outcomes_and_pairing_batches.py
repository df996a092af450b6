"""Outcomes of events, highlights and pictures for the summary; codes that pair several devices"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
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
    op.create_table(
        "pairing_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("devices", sa.Integer(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_pairing_batch_account_id_account")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_pairing_batch_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_batch")),
    )
    op.create_index(op.f("ix_pairing_batch_event_id"), "pairing_batch", ["event_id"])
    op.add_column("pairing_code", sa.Column("uses_left", sa.Integer(), nullable=False, server_default="1"))
    # Not as a batch, as in 0020.
    op.execute(
        "ALTER TABLE pairing_code ADD COLUMN batch_id INTEGER "
        "CONSTRAINT fk_pairing_code_batch_id_pairing_batch REFERENCES pairing_batch (id)"
    )
    op.create_index(op.f("ix_pairing_code_batch_id"), "pairing_code", ["batch_id"])
    # A code that was used has no use left.
    op.execute("UPDATE pairing_code SET uses_left = 0 WHERE used_at IS NOT NULL")


def _by_whom(table: str) -> tuple:
    return (
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id_account")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f(f"fk_{table}_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_pairing_code_batch_id"), "pairing_code")
    op.drop_column("pairing_code", "batch_id")
    op.drop_column("pairing_code", "uses_left")
    for table in ("pairing_batch", "summary_picture", "highlight", "outcome"):
        op.drop_table(table)
