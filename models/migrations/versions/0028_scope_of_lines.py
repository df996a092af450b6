"""Offices limited to their line, and regions whose organizations publish by themselves"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not as a batch: SQLite cannot rebuild a table that others refer to. See 0019.
    op.add_column(
        "organization", sa.Column("line_limited", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        "publishing_region",
        sa.Column("region_code", sa.String(6), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_publishing_region_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_publishing_region_region_code_region")
        ),
        sa.PrimaryKeyConstraint("region_code", name=op.f("pk_publishing_region")),
    )


def downgrade() -> None:
    op.drop_table("publishing_region")
    op.drop_column("organization", "line_limited")
