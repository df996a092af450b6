"""The section of a summary that lays the week beside earlier ones."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from models.campaigns.tables import Campaign, TermKind
from models.db import db
from models.summaries.part import Part
from web.summaries.blocks import NONE, Block, Body, Note, Numbering, Table
from web.summaries.names import name_of
from web.words.terms import campaign_name


def earlier_weeks(part: Part, content: Mapping[str, Any], numbering: Numbering) -> Iterator[Block]:
    if weeks_of(content) is not None:
        yield numbering.part_heading(_("Compared with earlier weeks"))
        yield from comparison(part, content)


def weeks_of(content: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """Summaries sealed before others than last year's were compared have that one, or none. None: nothing is said of it."""
    last_year = content.get("last_year")
    weeks: list[Mapping[str, Any]] | None = content.get(
        "earlier_weeks", [{**last_year, "year_before": True}] if last_year else None
    )
    return weeks


def comparison(part: Part, content: Mapping[str, Any]) -> Iterator[Body | Table | Note]:
    """The table of this week and the earlier ones, and what is not compared. A dash where nobody was counted."""
    weeks = weeks_of(content)
    if not weeks:
        yield Body(_("This system has counted no earlier week here, so there is nothing to compare with."))
        return
    rows = [
        (_("Events"), content["events"]["held"], *(week["events"] for week in weeks)),
        (_("Visits"), content["visits"] or NONE, *(week["visits"] for week in weeks)),
        (
            _("Participants, at least"),
            content["participants"] if content["visits"] else NONE,
            *(week["participants"] for week in weeks),
        ),
        *_by_group(part, content, weeks),
    ]
    yield Table(_("This week and earlier ones"), ("", _("This week"), *map(_name, weeks)), rows)
    yield Note(_("All of them were counted by the same definitions."))
    if not content["visits"]:
        yield Note(_("This week nobody was counted, so its visits are not compared."))
    for week in weeks:
        if week["differs"]:
            lists = _(", ").join(_list_name(name) for name in week["differs"])
            words = _(
                "Not compared with %(week)s, because their lists differ: %(lists)s.",
                week=_week_name(week),
                lists=lists,
            )
            yield Note(words)


def _name(week: Mapping[str, Any]) -> str:
    name = _week_name(week)
    return _("%(week)s (last year)", week=name) if week.get("year_before") else name


def _week_name(week: Mapping[str, Any]) -> str:
    """In the language of the moment as long as the week is here; sealed is the Chinese name."""
    campaign = db.session.get(Campaign, week["campaign"])
    return campaign_name(campaign) if campaign is not None else str(week["name"])


def _by_group(part: Part, content: Mapping[str, Any], weeks: list[Mapping[str, Any]]) -> Iterator[tuple]:
    """A dash where a week has other groups."""
    if not any(week.get("groups") for week in weeks):
        return
    for row in content["by"]["audience"]:
        group = name_of(part, "audience", row["key"])
        others = [week["groups"].get(row["key"], 0) if week.get("groups") else NONE for week in weeks]
        yield (_("Visits: %(group)s", group=group), row["visits"] if content["visits"] else NONE, *others)


def _list_name(kind: str) -> str:
    return {
        TermKind.AUDIENCE: _("Audience group"),
        TermKind.FOCUS: _("Publicity focus"),
        TermKind.FORMAT: _("Form of activity"),
    }[TermKind(kind)]
