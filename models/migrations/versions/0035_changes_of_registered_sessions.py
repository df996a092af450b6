"""What a registration knew of its sessions, messages about changes, and passes of one session"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_SEQUENCE = """
UPDATE registration_settings SET sequence =
  CASE WHEN occurrence_id IS NOT NULL
    THEN (SELECT occurrence.sequence FROM occurrence WHERE occurrence.id = registration_settings.occurrence_id)
    ELSE COALESCE((SELECT SUM(occurrence.sequence) FROM occurrence
      WHERE occurrence.event_id = COALESCE((SELECT kept_id FROM event_merge
        WHERE event_merge.event_id = registration_settings.event_id), registration_settings.event_id)), 0)
  END
  + (SELECT CASE WHEN event.withdrawn_at IS NULL THEN 0 ELSE 1 END FROM event
    WHERE event.id = COALESCE((SELECT kept_id FROM event_merge
      WHERE event_merge.event_id = registration_settings.event_id), registration_settings.event_id))
"""
# Passes that were given before are good at the session alone, too.
_OF_REGISTRATIONS = """
UPDATE pass SET occurrence_id = (SELECT registration_settings.occurrence_id FROM registration
  JOIN registration_settings ON registration_settings.id = registration.settings_id
  WHERE registration.pass_id = pass.id)
WHERE id IN (SELECT pass_id FROM registration WHERE pass_id IS NOT NULL)
"""
_OF_REPLACEMENTS = """
UPDATE pass SET occurrence_id = (SELECT first.occurrence_id FROM pass_replacement
  JOIN pass AS first ON first.serial = pass_replacement.root AND first.campaign_id = pass.campaign_id
  WHERE pass_replacement.new_id = pass.id)
WHERE id IN (SELECT new_id FROM pass_replacement)
"""


def upgrade() -> None:
    # Without a foreign key: SQLite would rebuild the table of all passes.
    op.add_column("pass", sa.Column("occurrence_id", sa.Integer(), nullable=True))
    op.add_column(
        "registration_settings", sa.Column("sequence", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("registration", sa.Column("sequence", sa.Integer(), server_default="0", nullable=False))
    op.add_column("registration", sa.Column("mail_due_at", sa.DateTime(timezone=True), nullable=True))
    of_session = sa.text("occurrence_id IS NOT NULL")
    op.create_index(
        "ix_pass_occurrence_id",
        "pass",
        ["occurrence_id"],
        sqlite_where=of_session,
        postgresql_where=of_session,
    )
    op.execute(_SEQUENCE)
    op.execute(
        "UPDATE registration SET sequence = (SELECT registration_settings.sequence FROM registration_settings "
        "WHERE registration_settings.id = registration.settings_id)"
    )
    op.execute(_OF_REGISTRATIONS)
    op.execute(_OF_REPLACEMENTS)


def downgrade() -> None:
    op.drop_index("ix_pass_occurrence_id", "pass")
    op.drop_column("pass", "occurrence_id")
    op.drop_column("registration_settings", "sequence")
    op.drop_column("registration", "mail_due_at")
    op.drop_column("registration", "sequence")
