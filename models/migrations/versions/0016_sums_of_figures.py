"""Sums behind the figures, and where each event with visits counts"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_METHODS = ("pass", "rotating", "printed", "touch", "tally", "estimate")
_NUMBERS = (*(f"visits_{method}" for method in _METHODS), "taken", "participants")
# The value of each kind of sum: of a counter or presence (c), and of where its event counts (p).
_VALUES = {
    "total": "CAST('' AS varchar(60))",
    "region": "p.region_code",
    "line": "p.line",
    "event": "CAST(p.kept_id AS varchar(60))",
    "audience": "c.audience",
    "day": "CAST(c.day AS varchar(60))",
}


def upgrade() -> None:
    op.create_table(
        "event_placement",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("line", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_event_placement_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_placement_event_id_event")),
        sa.ForeignKeyConstraint(["kept_id"], ["event.id"], name=op.f("fk_event_placement_kept_id_event")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_placement")),
    )
    op.create_index(op.f("ix_event_placement_kept_id"), "event_placement", ["kept_id"])
    op.create_table(
        "figure_sum",
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("value", sa.String(length=60), nullable=False),
        sa.Column("stripe", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _NUMBERS),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_figure_sum_campaign_id_campaign")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "kind", "value", "stripe", name=op.f("pk_figure_sum")),
    )
    asked = sa.text("near IS NOT NULL")
    op.create_index("ix_scan_near", "scan", ["occurrence_id"], sqlite_where=asked, postgresql_where=asked)
    fill(op.get_bind())


def fill(connection: sa.Connection) -> None:
    """Sum what is counted already. Both tables are empty."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL work_mem = '128MB'"))
    connection.execute(sa.text(_PLACEMENTS))
    for kind, value in _VALUES.items():
        connection.execute(sa.text(_sums(value)), {"kind": kind})


_PLACEMENTS = """
INSERT INTO event_placement (event_id, campaign_id, kept_id, region_code, line)
SELECT e.id, e.campaign_id, k.id, COALESCE(k.region_code, ''), COALESCE(g.line, '')
FROM event AS e LEFT JOIN event_merge AS m ON m.event_id = e.id JOIN event AS k ON k.id = COALESCE(m.kept_id, e.id)
LEFT JOIN organization AS g ON g.id = k.lead_id
WHERE e.id IN (SELECT o.event_id FROM counter AS c JOIN occurrence AS o ON o.id = c.occurrence_id)
"""
_PLACED = (
    "JOIN occurrence AS o ON o.id = c.occurrence_id JOIN event_placement AS p ON p.event_id = o.event_id"
)


def _sums(value: str) -> str:
    visits = ", ".join(
        f"SUM(CASE WHEN c.method = '{method}' THEN c.visits ELSE 0 END) AS visits_{method}"
        for method in _METHODS
    )
    summed = ", ".join(f"v.{name}" for name in _NUMBERS[:-1])
    return f"""
INSERT INTO figure_sum (campaign_id, kind, value, stripe, {", ".join(_NUMBERS)})
SELECT v.campaign_id, :kind, v.value, 0, {summed}, COALESCE(h.heads, 0)
FROM (
  SELECT p.campaign_id, {value} AS value, {visits}, SUM(c.taken) AS taken
  FROM counter AS c {_PLACED} GROUP BY 1, 2
) AS v LEFT JOIN (
  SELECT campaign_id, value, SUM(weight) AS heads FROM (
    SELECT p.campaign_id, {value} AS value, c.holder, MAX(c.weight) AS weight
    FROM presence AS c {_PLACED} WHERE c.identified AND c.weight > 0 GROUP BY 1, 2, 3
  ) AS each_holder GROUP BY campaign_id, value
) AS h ON h.campaign_id = v.campaign_id AND h.value = v.value
"""


def downgrade() -> None:
    op.drop_index("ix_scan_near", "scan")
    op.drop_table("figure_sum")
    op.drop_index(op.f("ix_event_placement_kept_id"), "event_placement")
    op.drop_table("event_placement")
