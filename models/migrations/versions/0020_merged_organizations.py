"""Organizations that were merged into another one"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not as a batch: SQLite cannot rebuild a table that others refer to. See 0019.
    op.execute(
        "ALTER TABLE organization ADD COLUMN merged_into_id INTEGER "
        "CONSTRAINT fk_organization_merged_into_id_organization REFERENCES organization (id)"
    )


def downgrade() -> None:
    op.drop_column("organization", "merged_into_id")
