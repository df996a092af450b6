"""No-shows of a past week as a number, before it is forgotten which pass came"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("registration_settings", sa.Column("missing", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("registration_settings", "missing")
