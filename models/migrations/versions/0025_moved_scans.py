"""Scans that were booked at the wrong session, and moved"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scan_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_scan_move_account_id_account")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_scan_move_event_id_event")),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_scan_move_occurrence_id_occurrence")
        ),
        sa.ForeignKeyConstraint(["undoes"], ["scan_move.id"], name=op.f("fk_scan_move_undoes_scan_move")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_move")),
    )
    op.create_index(op.f("ix_scan_move_event_id"), "scan_move", ["event_id"])
    op.create_table(
        "moved_scan",
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("move_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["move_id"], ["scan_move.id"], name=op.f("fk_moved_scan_move_id_scan_move")),
        sa.PrimaryKeyConstraint("scan_id", name=op.f("pk_moved_scan")),
    )
    op.create_index(op.f("ix_moved_scan_move_id"), "moved_scan", ["move_id"])
    op.add_column("scan", sa.Column("moved_from", sa.Uuid(), nullable=True))
    moved = sa.text("moved_from IS NOT NULL")
    op.create_index("ix_scan_moved_from", "scan", ["moved_from"], sqlite_where=moved, postgresql_where=moved)


def downgrade() -> None:
    op.drop_index("ix_scan_moved_from", "scan")
    op.drop_column("scan", "moved_from")
    op.drop_table("moved_scan")
    op.drop_table("scan_move")
