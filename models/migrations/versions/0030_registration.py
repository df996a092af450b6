"""Registration: settings of events and sessions, registrations, contacts apart from them"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_settings()
    _create_registrations()
    op.create_table(
        "registration_contact",
        sa.Column("registration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_id", sa.String(8), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_registration_contact_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_registration_contact")),
    )


def _create_settings() -> None:
    op.create_table(
        "registration_settings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=True),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("largest_group", sa.Integer(), nullable=False),
        sa.Column("waiting_list", sa.Boolean(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contact", sa.String(10), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "taken >= 0 AND taken <= places", name=op.f("ck_registration_settings_taken_within_places")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["account.id"], name=op.f("fk_registration_settings_changed_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_registration_settings_event_id_event")
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name=op.f("fk_registration_settings_occurrence_id_occurrence"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_settings")),
        sa.UniqueConstraint("occurrence_id", name=op.f("uq_registration_settings_occurrence_id")),
    )
    op.create_index(op.f("ix_registration_settings_event_id"), "registration_settings", ["event_id"])
    whole_event = sa.text("occurrence_id IS NULL")
    op.create_index(
        "ix_registration_settings_whole_event",
        "registration_settings",
        ["event_id"],
        unique=True,
        sqlite_where=whole_event,
        postgresql_where=whole_event,
    )


def _create_registrations() -> None:
    op.create_table(
        "registration",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("settings_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("audience", sa.String(60), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pass_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("mail_due", sa.String(12), nullable=True),
        sa.ForeignKeyConstraint(["pass_id"], ["pass.id"], name=op.f("fk_registration_pass_id_pass")),
        sa.ForeignKeyConstraint(
            ["settings_id"],
            ["registration_settings.id"],
            name=op.f("fk_registration_settings_id_registration_settings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("digest", name=op.f("uq_registration_digest")),
    )
    op.create_index(op.f("ix_registration_pass_id"), "registration", ["pass_id"])
    op.create_index("ix_registration_settings_id_state", "registration", ["settings_id", "state", "id"])
    due = sa.text("mail_due IS NOT NULL")
    op.create_index(
        "ix_registration_mail_due", "registration", ["id"], sqlite_where=due, postgresql_where=due
    )


def downgrade() -> None:
    for table in ("registration_contact", "registration", "registration_settings"):
        op.drop_table(table)
