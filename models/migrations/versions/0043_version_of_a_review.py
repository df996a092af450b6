"""What an event said when it was reviewed: after a change it is read again"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("event_review", sa.Column("version", BIG_ID, nullable=True))


def downgrade() -> None:
    op.drop_column("event_review", "version")
