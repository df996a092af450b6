"""What a summary is put together from: the accepted ones of the regions below and of the lines, and which are missing."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from models.summaries.part import Part
from web.summaries.blocks import Block, Body, Note, Numbering
from web.summaries.names import name_of, number, region_short


def accepted_parts(part: Part, content: Mapping[str, Any], numbering: Numbering) -> Iterator[Block]:
    """Regions and lines in the notice's order. Summaries sealed before lines were taken in have none of them."""
    heading = _("The regions")
    yield from _chapter(part, content, numbering, heading, ("accepted", "missing"), region_short)

    def line_name(key: str) -> str:
        return name_of(part, "line", key)

    heading = _("The sectors")
    yield from _chapter(part, content, numbering, heading, ("accepted_lines", "missing_lines"), line_name)


def _chapter(
    part: Part,
    content: Mapping[str, Any],
    numbering: Numbering,
    heading: str,
    keys: tuple[str, str],
    named: Callable[[str], str],
) -> Iterator[Block]:
    """keys: of the accepted ones and of the missing ones. Below the country the chapter begins with the first accepted one:
    few counties have an office for every line."""
    accepted, missing = (content.get(key, []) for key in keys)
    if not accepted and (part.region or not missing):
        return
    yield numbering.chapter_heading(heading)
    for one in accepted:
        yield _opening(one, content, named)
        for text in ("highlights", "experience"):
            for line in one["texts"][text].split("\n"):
                if line.strip():
                    yield Body(line.strip())
    if missing:
        names = _(", ").join(named(key) for key in missing)
        yield Note(_("Not accepted yet: %(regions)s.", regions=names))


def _opening(one: Mapping[str, Any], content: Mapping[str, Any], named: Callable[[str], str]) -> Body:
    """What was sealed there; where this summary counts other visits for it, these too."""
    dimension = "line" if "line" in one else "region"
    key = one[dimension]
    words = _(
        "%(region)s: %(events)s events, %(visits)s visits.",
        region=named(key),
        events=number(one["events"]),
        visits=number(one["visits"]),
    )
    here = next((row["visits"] for row in content["by"][dimension] if row["key"] == key), 0)
    if here != one["visits"]:
        words += _(
            " In this summary it has %(visits)s visits, a difference of %(difference)s.",
            visits=number(here),
            difference=f"{here - one['visits']:+,}",
        )
    return Body(words)
