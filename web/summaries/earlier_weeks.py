"""The section of a summary that lays the week beside earlier ones."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from models.campaigns.tables import TermKind
from models.summaries.part import Part
from web.summaries.blocks import Block, Body, Note, Numbering, Table
from web.summaries.names import name_of


def earlier_weeks(part: Part, content: Mapping[str, Any], numbering: Numbering) -> Iterator[Block]:
    """Summaries sealed before others than last year's were compared have that one, or none."""
    last_year = content.get("last_year")
    weeks = content.get("earlier_weeks", [{**last_year, "year_before": True}] if last_year else None)
    if weeks is None:
        return
    yield numbering.part_heading(_("Compared with earlier weeks"))
    if not weeks:
        yield Body(_("This system has counted no earlier week here, so there is nothing to compare with."))
        return
    rows = [
        (_("Events"), content["events"]["held"], *(week["events"] for week in weeks)),
        (_("Visits"), content["visits"], *(week["visits"] for week in weeks)),
        (_("Participants, at least"), content["participants"], *(week["participants"] for week in weeks)),
        *_by_group(part, content, weeks),
    ]
    yield Table(_("This week and earlier ones"), ("", _("This week"), *map(_name, weeks)), rows)
    yield Note(_("All of them were counted by the definitions in the annex."))
    for week in weeks:
        if week["differs"]:
            lists = _(", ").join(_list_name(name) for name in week["differs"])
            words = _(
                "Not compared with %(week)s, because their lists differ: %(lists)s.",
                week=week["name"],
                lists=lists,
            )
            yield Note(words)


def _name(week: Mapping[str, Any]) -> str:
    return _("%(week)s (last year)", week=week["name"]) if week.get("year_before") else week["name"]


def _by_group(part: Part, content: Mapping[str, Any], weeks: list[Mapping[str, Any]]) -> Iterator[tuple]:
    """A dash where a week has other groups."""
    if not any(week.get("groups") for week in weeks):
        return
    for row in content["by"]["audience"]:
        group = name_of(part, "audience", row["key"])
        others = [week["groups"].get(row["key"], 0) if week.get("groups") else "—" for week in weeks]
        yield (_("Visits: %(group)s", group=group), row["visits"], *others)


def _list_name(kind: str) -> str:
    return {
        TermKind.AUDIENCE: _("Audience group"),
        TermKind.FOCUS: _("Publicity focus"),
        TermKind.FORMAT: _("Form of activity"),
    }[TermKind(kind)]
