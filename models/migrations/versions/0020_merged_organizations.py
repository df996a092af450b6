"""Organizations that were merged into another one"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("organization") as batch:
        batch.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_organization_merged_into_id_organization"), "organization", ["merged_into_id"], ["id"]
        )


def downgrade():
    with op.batch_alter_table("organization") as batch:
        batch.drop_constraint(op.f("fk_organization_merged_into_id_organization"), type_="foreignkey")
        batch.drop_column("merged_into_id")
