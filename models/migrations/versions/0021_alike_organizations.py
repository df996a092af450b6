"""Organizations by a plain form of their names, what people answered about alike ones; events by their picture"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def plain_name(name: str) -> str:
    """As models.organizations.names had it then."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in text if character.isalnum())


def upgrade() -> None:
    op.add_column("organization", sa.Column("plain_name", sa.String(), nullable=False, server_default=""))
    op.create_index(op.f("ix_organization_plain_name"), "organization", ["plain_name"])
    organization = sa.table("organization", sa.column("id"), sa.column("name"), sa.column("plain_name"))
    connection = op.get_bind()
    rows = connection.execute(sa.select(organization.c.id, organization.c.name)).all()
    if rows:
        connection.execute(
            sa.update(organization).where(organization.c.id == sa.bindparam("key")),
            [{"key": row.id, "plain_name": plain_name(row.name)} for row in rows],
        )
    op.add_column("picture_fetch", sa.Column("asked_again_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_event_picture_sha256"), "event", ["picture_sha256"])
    op.create_table(
        "different_organizations",
        sa.Column("low_id", sa.Integer(), nullable=False),
        sa.Column("high_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["low_id"], ["organization.id"], name=op.f("fk_different_organizations_low_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["high_id"], ["organization.id"], name=op.f("fk_different_organizations_high_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_different_organizations_account_id_account")
        ),
        sa.PrimaryKeyConstraint("low_id", "high_id", name=op.f("pk_different_organizations")),
    )
    op.create_index(op.f("ix_different_organizations_high_id"), "different_organizations", ["high_id"])
    op.create_table(
        "organization_answer",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("meant_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_organization_answer_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["meant_id"], ["organization.id"], name=op.f("fk_organization_answer_meant_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_organization_answer_account_id_account")
        ),
        sa.PrimaryKeyConstraint("organization_id", "name", name=op.f("pk_organization_answer")),
    )


def downgrade() -> None:
    op.drop_table("organization_answer")
    op.drop_index(op.f("ix_different_organizations_high_id"), table_name="different_organizations")
    op.drop_table("different_organizations")
    op.drop_index(op.f("ix_organization_plain_name"), table_name="organization")
    op.drop_column("organization", "plain_name")
    op.drop_index(op.f("ix_event_picture_sha256"), table_name="event")
    op.drop_column("picture_fetch", "asked_again_at")
