"""Names and sentences that the documents of a summary and its page at the desk share."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from models.campaigns.tables import TermKind
from models.figures.live import evidence
from models.places.regions import regions_by_code
from models.summaries.part import Part
from models.summaries.tables import Section
from web.summaries.blocks import NONE
from web.words.figures import value_name
from web.words.terms import campaign_name, language, region_name, t


def place_name(part: Part) -> str:
    """全国, 北京市, 江苏省 法院: whose summary it is."""
    row = regions_by_code().get(part.region)
    place = region_name(row) if row else _("The whole country")
    line = part.campaign.term(TermKind.LINE, part.line) if part.line else None
    return f"{place} · {t(line)}" if line else place


def title_of(part: Part) -> str:
    """The country is not named twice: 2024年全国知识产权宣传周活动总结."""
    week = campaign_name(part.campaign)
    if not part.region and not part.line and place_name(part) in week:
        return _("Summary of the %(week)s", week=week)
    place = place_name(part).replace(" · ", "" if language() == "zh" else ", ")
    return _("%(place)s: summary of the %(week)s", place=place, week=week)


def number(value: int) -> str:
    return f"{value:,}"


def share(visits: int, total: int) -> str:
    return f"{visits / total:.1%}" if total else NONE


def scanned_share(methods: Mapping[str, int]) -> str:
    return share(evidence(dict(methods))["scanned"], sum(methods.values()))


def figures_note(content: Mapping[str, Any]) -> str:
    """What the numbers mean, and how they were made."""
    if not content["visits"]:
        return _("Note: as of %(time)s.", time=_minute(content))
    return _(
        "Note: a visit is one person once per session and day. Participants are distinct passes and phones, a lower bound. "
        "Of the visits %(share)s were scanned. As of %(time)s.",
        share=scanned_share(content["methods"]),
        time=_minute(content),
    )


def _minute(content: Mapping[str, Any]) -> str:
    return str(content["as_of"])[:16].replace("T", " ")


def to_write(section: Section) -> str:
    return {
        Section.BASIS: _(
            "[To be written by the office: on which documents and instructions the week was based.]"
        ),
        Section.ORGANISATION: _(
            "[To be written by the office: who led, how the departments worked together.]"
        ),
        Section.HIGHLIGHTS: _("[To be written by the office: what stood out, and why.]"),
        Section.EXPERIENCE: _("[To be written by the office: what worked and others can do, too.]"),
        Section.PROBLEMS: _("[To be written by the office: what did not work.]"),
        Section.NEXT_STEPS: _("[To be written by the office: what comes next.]"),
    }[section]


def name_of(part: Part, dimension: str, key: str) -> str:
    """The name of a value; "": not given."""
    return value_name(part.campaign, dimension, key or None)


def region_short(code: str) -> str:
    row = regions_by_code().get(code)
    return region_name(row) if row else _("Not given")


def file_name(part: Part, ending: str) -> str:
    return (
        "-".join(("summary", part.campaign.id, part.region or "all", *([part.line] if part.line else [])))
        + ending
    )
