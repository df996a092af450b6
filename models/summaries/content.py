"""What stands in a summary as numbers: everything read from models.figures, so that a document says what the API says.

The content is plain values (as JSON), because it is sealed as it is (models.summaries.seal).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from models import clock
from models.campaigns.tables import UNKNOWN_GROUP, TermKind
from models.db import snapshot
from models.figures.count import Figures, figures
from models.figures.filters import FiguresFilter
from models.summaries import event_facts
from models.summaries.earlier_weeks import earlier_weeks
from models.summaries.part import Part, counties, part_below, parts_below

FORMAT = "openweek-summary-1"
DIMENSIONS = ("audience", "day", "focus", "format", "line", "region", "method")
Content = dict[str, Any]


def collect(part: Part, now: datetime) -> Content:
    """The content of a summary at this moment. All of it is read at one moment, so that the numbers add up."""
    campaign = part.campaign
    with snapshot():
        by = {name: _figures(part, now, (name,)) for name in DIMENSIONS}
        total = by["audience"]
        return {
            "format": FORMAT,
            "campaign": {
                "id": campaign.id,
                "name": campaign.name_zh,
                "theme": campaign.theme_zh,
                "starts": campaign.starts.isoformat(),
                "ends": campaign.ends.isoformat(),
            },
            "region": part.region,
            "line": part.line,
            "as_of": clock.instant_text(now, campaign.zone),
            "visits": total.visits,
            "participants": total.participants,
            "methods": total.methods,
            "taken": total.taken,
            "by": {
                "audience": _in_order([*_keys(part, TermKind.AUDIENCE), UNKNOWN_GROUP], by["audience"]),
                "day": _in_order([day.isoformat() for day in campaign.days], by["day"]),
                "focus": _in_order(_keys(part, TermKind.FOCUS), by["focus"]),
                "format": _in_order(_keys(part, TermKind.FORMAT), by["format"]),
                "line": _in_order(_keys(part, TermKind.LINE), by["line"]),
                "region": _by_part_below(part, by["region"]),
            },
            "tables": {
                "region": _crossed(
                    _figures(part, now, ("region", "audience")), lambda code: part_below(part.region, code)
                ),
                "line": _crossed(_figures(part, now, ("line", "audience")), lambda key: key or ""),
                "day": _crossed(_figures(part, now, ("day", "audience")), date.isoformat),
            },
            "events": event_facts.numbers(part),
            "event_rows": event_facts.rows(part),
            "outcomes": event_facts.outcomes(part),
            "highlights": event_facts.highlights(part),
            "coverage": _coverage(part, by),
            "earlier_weeks": earlier_weeks(part, now),
        }


def filter_of(part: Part) -> FiguresFilter:
    """The part as a filter of figures."""
    return FiguresFilter(
        regions=(part.region,) if part.region else (), lines=(part.line,) if part.line else ()
    )


def _figures(part: Part, now: datetime, by: Sequence[str]) -> Figures:
    return figures(part.campaign, now, by, filter_of(part))


def _keys(part: Part, kind: TermKind) -> list[str]:
    return [term.key for term in part.campaign.terms_of(kind)]


def _in_order(keys: Iterable[str], counted: Figures) -> list[dict]:
    """The rows of one dimension: the campaign's own values, also those without visits, then others ("": not given)."""
    (name,) = {name for row in counted.rows for name in row} & set(DIMENSIONS) or {""}
    rows = {_plain(row[name]): row for row in counted.rows}
    ordered = dict.fromkeys([*keys, *sorted(rows)])
    return [_row(key, rows.get(key)) for key in ordered]


def _row(key: str, row: Mapping[str, Any] | None) -> dict:
    return {
        "key": key,
        "visits": row["visits"] if row else 0,
        "participants": row["participants"] if row else 0,
    }


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _by_part_below(part: Part, counted: Figures) -> list[dict]:
    """Visits by the regions one level below; "": those of the region itself. Participants do not add up over regions."""
    visits: dict[str, int] = {row.code: 0 for row in parts_below(part.region)}
    for row in counted.rows:
        key = part_below(part.region, row["region"])
        visits[key] = visits.get(key, 0) + row["visits"]
    return [{"key": key, "visits": number} for key, number in visits.items()]


def _crossed(counted: Figures, key_of: Any) -> dict[str, dict[str, int]]:
    """Visits of two dimensions, the second of which is the audience: {key: {group: visits}}."""
    first = next((name for row in counted.rows for name in row if name != "audience"), "")
    table: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in counted.rows:
        table[key_of(row[first])][row["audience"]] += row["visits"]
    return {key: dict(sorted(groups.items())) for key, groups in sorted(table.items())}


def _coverage(part: Part, by: Mapping[str, Figures]) -> Content:
    """What the week reached: a value with a visit, of those that there are. Counties: reached, planned (an event, no visit
    yet) and silent (no event of their own)."""
    reached = {row["region"] for row in by["region"].rows}
    with_events = event_facts.regions_with_events(part)
    all_counties = [row.code for row in counties(part.region)]
    lines = _keys(part, TermKind.LINE)
    lines_with_events = set(event_facts.numbers(part)["by"]["line"])
    return {
        "counties": len(all_counties),
        "reached": [code for code in all_counties if code in reached],
        "planned": [code for code in all_counties if code in with_events - reached],
        "silent": [code for code in all_counties if code not in with_events | reached],
        "lines": [] if part.line else lines,
        "silent_lines": [] if part.line else [key for key in lines if key not in lines_with_events],
    }
