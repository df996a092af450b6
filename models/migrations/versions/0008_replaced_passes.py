"""A pass that took the place of another"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "pass_replacement",
        sa.Column("new_id", _ID, nullable=False),
        sa.Column("old_id", _ID, nullable=False),
        sa.Column("root", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["new_id"], ["pass.id"], name=op.f("fk_pass_replacement_new_id_pass")),
        sa.ForeignKeyConstraint(["old_id"], ["pass.id"], name=op.f("fk_pass_replacement_old_id_pass")),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_pass_replacement_by_account")),
        sa.PrimaryKeyConstraint("new_id", name=op.f("pk_pass_replacement")),
        sa.UniqueConstraint("old_id", name=op.f("uq_pass_replacement_old_id")),
    )


def downgrade() -> None:
    op.drop_table("pass_replacement")
