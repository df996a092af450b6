"""Scans of an event, and undos, in the order of receipt"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_IS_UNDO = sa.text("undoes IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_scan_event", "scan", ["event_id", "number"])
    op.create_index("ix_scan_undo", "scan", ["number"], sqlite_where=_IS_UNDO, postgresql_where=_IS_UNDO)


def downgrade() -> None:
    op.drop_index("ix_scan_undo", "scan")
    op.drop_index("ix_scan_event", "scan")
