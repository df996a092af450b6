"""English titles and names of venues, the parts of hosts, and spotlights of events"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("title_en", sa.String(), nullable=False, server_default=""))
    op.add_column("venue", sa.Column("name_en", sa.String(), nullable=False, server_default=""))
    op.add_column(
        "event_host", sa.Column("role", sa.String(length=12), nullable=False, server_default="host")
    )
    # The part was written behind the name alone: 青云大学（承办）.
    for role, word in (("organizer", "承办"), ("co_organizer", "协办")):
        op.execute(f"UPDATE event_host SET role = '{role}' WHERE name LIKE '%（{word}）'")
    op.create_table(
        "event_spotlight",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("spotlight", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_spotlight_event_id_event")),
        sa.PrimaryKeyConstraint("event_id", "spotlight", name=op.f("pk_event_spotlight")),
    )


def downgrade() -> None:
    op.drop_table("event_spotlight")
    op.drop_column("event_host", "role")
    op.drop_column("venue", "name_en")
    op.drop_column("event", "title_en")
