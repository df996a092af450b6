"""Who an account is at the directory"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "directory_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_directory_identity_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_directory_identity_issuer_subject")),
        sa.UniqueConstraint("account_id", "issuer", name=op.f("uq_directory_identity_account_id_issuer")),
    )


def downgrade() -> None:
    op.drop_table("directory_identity")
