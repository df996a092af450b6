"""The schedule of a week from an index alone"""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_occurrence_schedule", "occurrence", ["event_id", "start_day", "end_day", "start_at"])
    op.drop_index("ix_occurrence_event_id", "occurrence")


def downgrade() -> None:
    op.create_index("ix_occurrence_event_id", "occurrence", ["event_id"])
    op.drop_index("ix_occurrence_schedule", "occurrence")
