"""Notices and who has read them, reminders, and an index of the scans that wait for a decision"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

HELD = sa.text("(flags & 1792) != 0")


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("region_code", sa.String(6), nullable=True),
        sa.Column("line", sa.String(60), nullable=True),
        sa.Column("offices_only", sa.Boolean(), nullable=False),
        sa.Column("file_name", sa.String(200), server_default="", nullable=False),
        sa.Column("file_type", sa.String(100), server_default="", nullable=False),
        sa.Column("file_size", sa.Integer(), server_default="0", nullable=False),
        sa.Column("file_data", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_notice_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_notice_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_notice_region_code_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_organization_id"), "notice", ["organization_id"])
    op.create_index(op.f("ix_notice_region_code"), "notice", ["region_code"])
    op.create_table(
        "notice_reading",
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_notice_reading_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_reading_notice_id_notice")
        ),
        sa.PrimaryKeyConstraint("notice_id", "account_id", name=op.f("pk_notice_reading")),
    )
    op.create_index(op.f("ix_notice_reading_account_id"), "notice_reading", ["account_id"])
    op.create_table(
        "event_reminder",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_reminder_event_id_event")),
        sa.PrimaryKeyConstraint("event_id", "kind", name=op.f("pk_event_reminder")),
    )
    op.create_index("ix_scan_held", "scan", ["event_id"], sqlite_where=HELD, postgresql_where=HELD)


def downgrade() -> None:
    op.drop_index("ix_scan_held", "scan")
    for table in ("event_reminder", "notice_reading", "notice"):
        op.drop_table(table)
