"""What a device may do, how it is doing, messages from the desk; passes that visitors took, apart; nearness"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

YES, NO = sa.true(), sa.false()


def upgrade() -> None:
    for table in ("kiosk", "pairing_code"):
        _add(table, sa.Column("may_scan", sa.Boolean(), nullable=False, server_default=YES))
        _add(table, sa.Column("may_tally", sa.Boolean(), nullable=False, server_default=YES))
    _add("kiosk", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    _add("kiosk", sa.Column("message", sa.Text(), nullable=False, server_default=""))
    _add("kiosk", sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True))
    _add("pairing_code", sa.Column("with_event", sa.Boolean(), nullable=False, server_default=NO))
    with op.batch_alter_table("pairing_code") as batch:
        batch.add_column(sa.Column("kiosk_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_pairing_code_kiosk_id_kiosk"), "kiosk", ["kiosk_id"], ["id"])
    _add("event", sa.Column("track_exits", sa.Boolean(), nullable=False, server_default=NO))
    _add("event", sa.Column("near_metres", sa.Integer(), nullable=True))
    _add("scan", sa.Column("taken", sa.Boolean(), nullable=False, server_default=NO))
    _add("scan", sa.Column("near", sa.String(length=8), nullable=True))
    _add("presence", sa.Column("taken", sa.Boolean(), nullable=False, server_default=NO))
    _add("counter", sa.Column("taken", sa.Integer(), nullable=False, server_default="0"))
    _tell_taken_passes_apart()
    op.create_table(
        "heartbeat",
        sa.Column("kiosk_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("aside", sa.Integer(), nullable=False),
        sa.Column("oldest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("battery", sa.Integer(), nullable=True),
        sa.Column("charging", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosk.id"], name=op.f("fk_heartbeat_kiosk_id_kiosk")),
        sa.PrimaryKeyConstraint("kiosk_id", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "handed_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kiosk_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scans", sa.Integer(), nullable=False),
        sa.Column("fresh", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosk.id"], name=op.f("fk_handed_file_kiosk_id_kiosk")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_handed_file_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handed_file")),
    )
    op.create_index("ix_handed_file_kiosk_id", "handed_file", ["kiosk_id"])


def _add(table: str, column: sa.Column) -> None:
    op.add_column(table, column)


def _tell_taken_passes_apart() -> None:
    """Purpose 3: a pass that its visitor took. The rows that are there already say it from now on."""
    op.execute("UPDATE scan SET taken = true WHERE pass_id IN (SELECT id FROM pass WHERE purpose = 3)")
    op.execute("UPDATE presence SET taken = true WHERE visit_id IN (SELECT id FROM scan WHERE taken)")
    op.execute(
        """UPDATE counter SET taken = (
            SELECT coalesce(sum(p.weight), 0) FROM presence p
            WHERE p.taken AND p.occurrence_id = counter.occurrence_id AND p.day = counter.day
              AND p.hour = counter.hour AND p.audience = counter.audience AND p.method = counter.method)
        WHERE method = 'pass'"""
    )


def downgrade() -> None:
    op.drop_table("handed_file")
    op.drop_table("heartbeat")
    for table, names in (
        ("counter", ("taken",)),
        ("presence", ("taken",)),
        ("scan", ("near", "taken")),
        ("event", ("near_metres", "track_exits")),
        ("pairing_code", ("kiosk_id", "with_event", "may_tally", "may_scan")),
        ("kiosk", ("locked_at", "message", "expires_at", "may_tally", "may_scan")),
    ):
        with op.batch_alter_table(table) as batch:
            for name in names:
                if name == "kiosk_id":
                    batch.drop_constraint(op.f("fk_pairing_code_kiosk_id_kiosk"), type_="foreignkey")
                batch.drop_column(name)
