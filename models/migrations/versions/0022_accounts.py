"""Sessions, invitations, links to set a password anew, failed sign-ins, names of tokens; the audit log"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def _time(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _secret_link(table: str, *columns: SchemaItem) -> None:
    """A table whose rows are found by the digest of a secret."""
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("digest", name=op.f(f"uq_{table}_digest")),
    )


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def upgrade() -> None:
    _secret_link(
        "account_session",
        sa.Column("account_id", sa.Integer(), nullable=False),
        _time("created_at"),
        _time("seen_at"),
        _time("ended_at", nullable=True),
        sa.Column("browser", sa.String(length=40), nullable=False),
        sa.Column("network", sa.String(length=45), nullable=False),
        sa.Column("awaits_second_factor", sa.Boolean(), server_default=sa.false(), nullable=False),
        _reference("account_session", "account_id", "account"),
    )
    op.create_index(op.f("ix_account_session_account_id"), "account_session", ["account_id"])
    _secret_link(
        "account_invitation",
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=True),
        _time("created_at"),
        _time("expires_at"),
        _time("accepted_at", nullable=True),
        _time("revoked_at", nullable=True),
        _reference("account_invitation", "organization_id", "organization"),
        _reference("account_invitation", "invited_by", "account"),
    )
    op.create_index(op.f("ix_account_invitation_email"), "account_invitation", ["email"])
    op.create_index(op.f("ix_account_invitation_organization_id"), "account_invitation", ["organization_id"])
    _secret_link(
        "password_reset",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        _time("created_at"),
        _time("expires_at"),
        _time("used_at", nullable=True),
        _reference("password_reset", "account_id", "account"),
        _reference("password_reset", "created_by", "account"),
    )
    op.create_index(op.f("ix_password_reset_account_id"), "password_reset", ["account_id"])
    op.create_table(
        "failed_sign_in",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        _time("at"),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("network", sa.String(length=45), nullable=False),
        sa.Column("device", sa.String(length=64), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_sign_in")),
    )
    op.create_index(op.f("ix_failed_sign_in_at"), "failed_sign_in", ["at"])
    for key in ("subject", "network"):
        op.create_index(f"ix_failed_sign_in_{key}_device_at", "failed_sign_in", [key, "device", "at"])
    _audit_log()
    op.add_column("api_token", sa.Column("name", sa.String(length=60), server_default="", nullable=False))


def _audit_log() -> None:
    op.create_table(
        "audit_entry",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        _time("at"),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("verb", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=12), nullable=True),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("network", sa.String(length=45), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        _reference("audit_entry", "account_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    for column in ("at", "account_id", "subject_id"):
        op.create_index(op.f(f"ix_audit_entry_{column}"), "audit_entry", [column])


def downgrade() -> None:
    op.drop_column("api_token", "name")
    for table in ("audit_entry", "failed_sign_in", "password_reset", "account_invitation", "account_session"):
        op.drop_table(table)
    op.execute("DELETE FROM setting WHERE key = 'audit_head'")
