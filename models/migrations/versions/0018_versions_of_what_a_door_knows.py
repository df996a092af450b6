"""Versions of what a check-in must know, raised by triggers (models.checkin.cache_versions, created by env.py)"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_TABLES = ("campaign", "term", "signing_key", "kiosk", "kiosk_service", "event", "occurrence", "event_merge")


def upgrade() -> None:
    table = op.create_table(
        "knowledge_version",
        sa.Column("topic", sa.String(length=9), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("writer", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_knowledge_version")),
    )
    op.bulk_insert(table, [{"topic": topic, "number": 1} for topic in ("campaigns", "devices", "schedule")])


def downgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in _TABLES:
        for verb in ("insert", "update", "delete"):
            of_table = f" ON {table}" if on_postgresql else ""
            op.execute(f"DROP TRIGGER IF EXISTS knowledge_{table}_{verb}{of_table}")
    if on_postgresql:
        op.execute("DROP FUNCTION IF EXISTS raise_knowledge_version()")
    op.drop_table("knowledge_version")
