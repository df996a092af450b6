"""How many sessions an event has, beside the event: the week is counted and ordered from an index"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_FILL = (
    "UPDATE event SET session_count = (SELECT count(*) FROM occurrence WHERE occurrence.event_id = event.id)"
)


def upgrade() -> None:
    # Not as a batch: that would put the table anew on SQLite, and every row that names an event in its way.
    op.add_column("event", sa.Column("session_count", sa.Integer(), nullable=False, server_default="0"))
    op.execute(_FILL)
    columns = ["campaign_id", "on_days", "session_count", "calendar_place", "id", "status", "withdrawn_at"]
    op.create_index("ix_event_days", "event", columns)


def downgrade() -> None:
    op.drop_index("ix_event_days", "event")
    op.drop_column("event", "session_count")
