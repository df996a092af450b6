"""Estimates, headcounts, and printed tally sheets"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "estimate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=60), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=True),
        sa.Column("basis", sa.String(length=300), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_estimate_account_id_account")),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_estimate_occurrence_id_occurrence")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estimate")),
    )
    op.create_index(op.f("ix_estimate_occurrence_id"), "estimate", ["occurrence_id"])
    op.create_table(
        "headcount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_headcount_account_id_account")),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_headcount_occurrence_id_occurrence")
        ),
        sa.ForeignKeyConstraint(["undoes"], ["headcount.id"], name=op.f("fk_headcount_undoes_headcount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_headcount")),
    )
    op.create_index(op.f("ix_headcount_occurrence_id"), "headcount", ["occurrence_id"])
    op.create_table(
        "tally_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first_hour", sa.Integer(), nullable=False),
        sa.Column("last_hour", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_tally_sheet_account_id_account")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_tally_sheet_event_id_event")),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_tally_sheet_occurrence_id_occurrence")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally_sheet")),
    )
    op.create_index(op.f("ix_tally_sheet_event_id"), "tally_sheet", ["event_id"])
    op.create_table(
        "tally_sheet_entry",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counter", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_tally_sheet_entry_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["tally_sheet.id"], name=op.f("fk_tally_sheet_entry_sheet_id_tally_sheet")
        ),
        sa.PrimaryKeyConstraint("sheet_id", "revision", name=op.f("pk_tally_sheet_entry")),
    )
    # Not as a batch, as in 0020.
    op.execute(
        "ALTER TABLE paper_count ADD COLUMN sheet_id INTEGER "
        "CONSTRAINT fk_paper_count_sheet_id_tally_sheet REFERENCES tally_sheet (id)"
    )
    op.add_column("paper_count", sa.Column("sheet_revision", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_paper_count_sheet_id"), "paper_count", ["sheet_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_paper_count_sheet_id"), "paper_count")
    op.drop_column("paper_count", "sheet_revision")
    op.drop_column("paper_count", "sheet_id")
    for table in ("tally_sheet_entry", "tally_sheet", "headcount", "estimate"):
        op.drop_table(table)
