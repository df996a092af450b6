"""What finds an event: its names, their initials and their pinyin"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The rows themselves are written at the next start (models.search.fill), with the dictionary of that day.
    op.create_table(
        "event_search",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("initials", sa.Text(), nullable=False),
        sa.Column("pinyin", sa.Text(), nullable=False),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_search_event_id_event")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_search")),
    )
    op.create_index("ix_event_search_form", "event_search", ["form"])


def downgrade() -> None:
    op.drop_table("event_search")
