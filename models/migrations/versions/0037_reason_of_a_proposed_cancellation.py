"""The reason of a proposed cancellation"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event_proposal", sa.Column("why", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("event_proposal", "why")
