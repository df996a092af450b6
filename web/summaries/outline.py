"""The outline of a summary: its content as headings, sentences, tables and charts, in the language of the moment."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from models import clock
from models.campaigns.tables import UNKNOWN_GROUP
from models.db import db
from models.drawing.photo import as_jpeg
from models.events.pictures import Picture as StoredPicture
from models.events.pictures import picture_bytes
from models.figures.live import evidence
from models.summaries.part import Part
from models.summaries.tables import Section
from web.summaries.accepted_parts import accepted_parts
from web.summaries.annex import annex
from web.summaries.blocks import NONE, Block, Body, Chart, Note, Numbering, Picture, Table, Title, ToWrite
from web.summaries.earlier_weeks import earlier_weeks
from web.summaries.names import (
    figures_note,
    name_of,
    number,
    place_name,
    region_short,
    share,
    title_of,
    to_write,
)
from web.words.figures import evidence_name
from web.words.outcomes import outcome_name, sum_text, sureness
from web.words.terms import campaign_name, campaign_theme, day_label, language

COLOURS = {"innovators": "#0072b2", "government": "#9a4c86", "youth": "#e08214", "public": "#00a078"}
GREY, BRAND = "#7b8494", "#1f4e8c"
MOST_BARS = 16


def outline(
    part: Part, content: Mapping[str, Any], texts: Mapping[str, str], seal_url: str = ""
) -> list[Block]:
    """content: of models.summaries.content. seal_url: where the sealed figures are checked; "" for a draft."""
    return [*_blocks(part, content, texts), *annex(part, content, seal_url)]


def _blocks(part: Part, content: Mapping[str, Any], texts: Mapping[str, str]) -> Iterator[Block]:
    numbering = Numbering()
    yield Title(title_of(part), _below_title(part, content))
    yield from _opening(part, content)
    yield numbering.chapter_heading(_("Basis and theme"))
    yield Body(
        _(
            "The %(week)s ran from %(first)s to %(last)s under the theme “%(theme)s”.",
            week=campaign_name(part.campaign),
            theme=campaign_theme(part.campaign),
            **_days(part),
        )
    )
    yield from _own(texts, Section.BASIS)
    yield numbering.chapter_heading(_("Organisation"))
    yield Body(
        _(
            "Organizations that led events: %(organizations)s. Their sectors: %(lines)s.",
            organizations=number(content["events"]["organizations"]),
            lines=len([key for key in content["events"]["by"]["line"] if key]),
        )
    )
    yield from _own(texts, Section.ORGANISATION)
    yield from _activities(part, content, numbering)
    yield from _participation(part, content, numbering)
    yield from _coverage(part, content, numbering)
    yield from _influence(content, numbering)
    yield numbering.chapter_heading(_("Highlights"))
    yield from _highlights(content)
    yield from _own(texts, Section.HIGHLIGHTS)
    for section, heading in (
        (Section.EXPERIENCE, _("Experience")),
        (Section.PROBLEMS, _("Problems")),
        (Section.NEXT_STEPS, _("Next steps")),
    ):
        yield numbering.chapter_heading(heading)
        yield from _own(texts, section)
    yield from accepted_parts(part, content, numbering)


def _below_title(part: Part, content: Mapping[str, Any]) -> str:
    moment = clock.parse_instant(content.get("sealed_at") or content["as_of"])
    day = day_label(clock.day_of(moment, part.campaign.zone), year=True).rpartition(" ")[0]
    if language() != "zh":
        day = clock.day_of(moment, part.campaign.zone).isoformat()
    office = content.get("organization") or _("(name of the office)")
    return f"{office}　{day}" if language() == "zh" else f"{office}, {day}"


def _days(part: Part) -> dict[str, str]:
    """Without the days of the week, which a document does not name."""
    starts, ends = part.campaign.starts, part.campaign.ends
    if language() == "zh":
        first, last = day_label(starts, year=True), day_label(ends, year=ends.year != starts.year)
        return {"first": first.rpartition(" ")[0], "last": last.rpartition(" ")[0]}
    return {"first": starts.isoformat(), "last": ends.isoformat()}


def _opening(part: Part, content: Mapping[str, Any]) -> Iterator[Block]:
    events = content["events"]
    numbers = {"place": place_name(part), "events": number(events["held"])}
    if content["visits"]:
        sentence = _(
            "%(place)s: events held: %(events)s. Visits: %(visits)s. Participants: at least %(participants)s.",
            visits=number(content["visits"]),
            participants=number(content["participants"]),
            **numbers,
        )
    else:
        sentence = _("%(place)s: events held: %(events)s. Nobody was counted at them.", **numbers)
    if events["cancelled"]:
        sentence += _(" Events announced and cancelled: %(events)s.", events=number(events["cancelled"]))
    yield Body(sentence)
    yield Note(figures_note(content))


def _own(texts: Mapping[str, str], section: Section) -> Iterator[Block]:
    """What people wrote, paragraph by paragraph, or the mark that it is still to be written."""
    lines = [line.strip() for line in texts.get(section, "").split("\n") if line.strip()]
    for line in lines:
        yield Body(line)
    if not lines:
        yield ToWrite(to_write(section))


def _activities(part: Part, content: Mapping[str, Any], numbering: Numbering) -> Iterator[Block]:
    yield numbering.chapter_heading(_("Activities"))
    for name, heading in (("focus", _("By publicity focus")), ("format", _("By form of activity"))):
        yield numbering.part_heading(heading)
        yield _events_and_visits(part, content, name)
    if not content["visits"]:
        return
    yield numbering.part_heading(_("By day"))
    bars = [
        (day_label(date.fromisoformat(row["key"])), row["visits"], BRAND)
        for row in content["by"]["day"][:MOST_BARS]
        if row["visits"] or row["key"] <= content["as_of"][:10]  # of a draft the days to come are left out
    ]
    yield Chart(_("Visits by day"), bars)


def _events_and_visits(part: Part, content: Mapping[str, Any], name: str) -> Table:
    events = content["events"]["by"][name]
    visits = {row["key"]: row["visits"] for row in content["by"][name]}
    rows = [
        (name_of(part, name, key), events.get(key, 0), visits.get(key, 0))
        for key in dict.fromkeys([*visits, *events])
        if key or events.get(key) or visits.get(key)
    ]
    heads = {"focus": _("Publicity focus"), "format": _("Form of activity")}
    if not content["visits"]:
        return Table(
            _("Events: %(by)s", by=heads[name]),
            (heads[name], _("Events")),
            [row[:2] for row in rows],
            (_("Total"), content["events"]["held"]),
        )
    return Table(
        _("Events and visits: %(by)s", by=heads[name]),
        (heads[name], _("Events"), _("Visits")),
        rows,
        (_("Total"), content["events"]["held"], content["visits"]),
    )


def _participation(part: Part, content: Mapping[str, Any], numbering: Numbering) -> Iterator[Block]:
    yield numbering.chapter_heading(_("Participation"))
    if content["visits"]:
        yield from _visits(part, content, numbering)
    else:
        yield Body(
            _("Nobody was counted at the events, so there are no figures by audience group or evidence.")
        )
    yield from earlier_weeks(part, content, numbering)


def _visits(part: Part, content: Mapping[str, Any], numbering: Numbering) -> Iterator[Block]:
    """By group and by evidence."""
    yield numbering.part_heading(_("By audience group"))
    rows = content["by"]["audience"]
    yield Table(
        _("Visits and participants by audience group"),
        (_("Audience group"), _("Visits"), _("Participants, at least")),
        [(name_of(part, "audience", row["key"]), row["visits"], row["participants"]) for row in rows],
        (_("Total"), content["visits"], content["participants"]),
    )
    yield Note(_("Participants do not add up over groups; those who gave no group are listed as not stated."))
    bars = [
        (name_of(part, "audience", row["key"]), row["visits"], COLOURS.get(row["key"], GREY))
        for row in rows
        if row["visits"] or row["key"] != UNKNOWN_GROUP
    ]
    yield Chart(_("Visits by audience group"), bars)
    yield numbering.part_heading(_("How the visits were counted"))
    kinds = evidence(content["methods"])
    total = content["visits"]
    yield Table(
        _("Visits by evidence"),
        (_("Evidence"), _("Visits"), _("Share of visits")),
        [(evidence_name(kind), visits, share(visits, total)) for kind, visits in kinds.items()],
        (_("Total"), total, share(total, total)),
    )


def _coverage(part: Part, content: Mapping[str, Any], numbering: Numbering) -> Iterator[Block]:
    coverage = content["coverage"]
    yield numbering.chapter_heading(_("Coverage"))
    yield Body(
        _(
            "Of %(all)s counties and districts %(reached)s had visits, %(planned)s had events without figures, and in "
            "%(silent)s there was no event.",
            all=number(coverage["counties"]),
            reached=number(len(coverage["reached"])),
            planned=number(len(coverage["planned"])),
            silent=number(len(coverage["silent"])),
        )
    )
    rows = [row for row in content["by"]["region"] if row["visits"]]
    if rows:
        most = sorted(rows, key=lambda row: -row["visits"])[:MOST_BARS]
        caption = _("Visits by region")
        if len(most) < len(rows):
            caption = _("Visits by region: the first %(some)s of %(all)s", some=len(most), all=len(rows))
        yield Chart(caption, [(region_short(row["key"]), row["visits"], BRAND) for row in most])
    if coverage["lines"]:
        silent = [name_of(part, "line", key) for key in coverage["silent_lines"]]
        yield Body(
            _(
                "%(some)s of %(all)s sectors led events.",
                some=len(coverage["lines"]) - len(silent),
                all=len(coverage["lines"]),
            )
            + (_(" None were led by: %(lines)s.", lines=_(", ").join(silent)) if silent else "")
        )
    yield Note(_("The counties and districts without events are listed in the workbook of the annex."))


def _influence(content: Mapping[str, Any], numbering: Numbering) -> Iterator[Block]:
    yield numbering.chapter_heading(_("Influence"))
    outcomes = content["outcomes"]
    if not outcomes:
        yield Body(_("No outcomes were reported for the events."))
        return
    rows = [(outcome_name(kind), one["events"], _outcome_number(kind, one)) for kind, one in outcomes.items()]
    yield Table(_("Outcomes"), (_("Outcome"), _("Events"), _("Quantity")), rows)
    yield Note(
        _(
            "Online views are never added to visits. “At least” marks sums with numbers that were reported as “more than”, "
            "“about” those with numbers that were estimated."
        )
    )
    reported = sum(one.get("reported", 0) for one in outcomes.values())
    if reported:
        unnumbered = sum(one.get("unnumbered", 0) for one in outcomes.values())
        yield Note(_reported_words(reported, unnumbered))


def _reported_words(reported: int, unnumbered: int) -> str:
    """Where nobody stated an outcome. A summary sealed before such words were read has none."""
    words = ngettext(
        "%(num)s entry is taken from a published report as a lower bound, because the event stated none.",
        "%(num)s entries are taken from published reports as lower bounds, because the events stated none.",
        reported,
    )
    if unnumbered:
        words += ngettext(
            " %(num)s entry has words without a number that is certain, and is in no sum.",
            " %(num)s entries have words without a number that is certain, and are in no sum.",
            unnumbered,
        )
    return words


def _outcome_number(kind: str, one: Mapping[str, Any]) -> str:
    if kind == "other" or (not one["number"] and not one["exact"]):
        return NONE
    return sum_text(number(one["number"]), *sureness(one))


def _highlights(content: Mapping[str, Any]) -> Iterator[Block]:
    for one in content["highlights"]:
        yield Body(f"{one['title']}{_(': ')}{' '.join(one['text'].split())}")
        for shown in one["pictures"]:
            stored = db.session.get(StoredPicture, shown["sha256"])
            webp = picture_bytes(shown["sha256"], small=False)
            if stored is not None and webp:
                yield Picture(as_jpeg(webp), stored.width, stored.height, shown["alt"])
