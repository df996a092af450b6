"""Pictures of events, where they are to be fetched from, and whom the public may ask"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_WISHED = sa.text("picture_url != ''")


def upgrade() -> None:
    op.create_table(
        "picture",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("large", sa.LargeBinary(), nullable=False),
        sa.Column("small", sa.LargeBinary(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["account.id"], name=op.f("fk_picture_added_by_account")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_picture")),
    )
    op.create_table(
        "picture_fetch",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_picture_fetch_event_id_event")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_picture_fetch")),
    )
    # Not as a batch, see 0011; both databases take a reference with a column that is added empty.
    op.execute(
        "ALTER TABLE event ADD COLUMN picture_sha256 VARCHAR(64) "
        "CONSTRAINT fk_event_picture_sha256_picture REFERENCES picture (sha256)"
    )
    for name, kind in (("picture_alt", sa.String()), ("picture_url", sa.Text()), ("contact", sa.String())):
        op.add_column("event", sa.Column(name, kind, nullable=False, server_default=""))
    op.create_index("ix_event_picture_url", "event", ["id"], sqlite_where=_WISHED, postgresql_where=_WISHED)


def downgrade() -> None:
    op.drop_index("ix_event_picture_url", "event")
    for name in ("contact", "picture_url", "picture_alt", "picture_sha256"):
        op.drop_column("event", name)
    op.drop_table("picture_fetch")
    op.drop_table("picture")
