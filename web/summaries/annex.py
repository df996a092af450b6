"""The annex of a summary: tables by group, the events, the definitions, and where the sealed figures are checked."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from models.campaigns.tables import UNKNOWN_GROUP
from models.figures.publication.withholding import SMALLEST
from models.installation import site
from models.summaries.part import Part
from web.summaries.blocks import Block, Body, Heading, NewPage, Note, SealCode, Table
from web.summaries.names import region_short
from web.words.figures import value_name


def annex(part: Part, content: Mapping[str, Any], seal_url: str) -> Iterator[Block]:
    yield NewPage()
    yield Heading(1, _("Annex"))
    for name in ("region", "line", "day"):
        if content["tables"][name]:
            yield crossed_table(part, content, name)
    if content["event_rows"]:
        yield event_table(content, with_visits=bool(content["visits"]))
    yield Heading(1, _("What the figures mean"))
    for sentence in definitions():
        yield Body(sentence)
    if seal_url:
        yield Heading(1, _("Sealed figures"))
        yield SealCode(seal_url, sealed_words(), _addresses(seal_url))
    else:
        yield Note(_("Draft: its figures are not sealed and move with every scan until it is handed in."))


def groups_of(part: Part) -> list[str]:
    return [*(term.key for term in part.campaign.groups), UNKNOWN_GROUP]


def crossed_table(part: Part, content: Mapping[str, Any], name: str) -> Table:
    """Region, line or day by audience group; all numbers are visits."""
    groups, table = groups_of(part), content["tables"][name]
    captions = {
        "region": _("Visits by region and audience group"),
        "line": _("Visits by sector and audience group"),
        "day": _("Visits by day and audience group"),
    }
    heads = {"region": _("Region"), "line": _("Sector"), "day": _("Day")}
    rows: list[list[str | int]] = []
    order = [row["key"] for row in content["by"][name]]
    for key in [*(one for one in order if one in table), *(one for one in table if one not in order)]:
        of_group = table[key]
        numbers = [of_group.get(group, 0) for group in groups]
        rows.append([row_name(part, name, key), *numbers, sum(numbers)])
    sums = [sum(of_group.get(group, 0) for of_group in table.values()) for group in groups]
    return Table(
        captions[name],
        [heads[name], *(value_name(part.campaign, "audience", group) for group in groups), _("Total")],
        rows,
        [_("Total"), *sums, sum(sums)],
    )


def row_name(part: Part, name: str, key: str) -> str:
    if name == "region":
        return region_short(key) if key else _("The region itself, or not given")
    return value_name(part.campaign, name, key or None)


def event_table(content: Mapping[str, Any], *, with_visits: bool = True) -> Table:
    """with_visits: whether anybody was counted."""
    heads = (_("No."), _("Event"), _("Lead organizer"), _("Visits"))
    rows = [
        (number, row["title"], row["lead"], row["visits"])
        for number, row in enumerate(content["event_rows"], 1)
    ]
    if not with_visits:
        return Table(_("Events"), heads[:-1], [row[:-1] for row in rows])
    return Table(_("Events"), heads, rows)


def definitions() -> list[str]:
    return [
        _(
            "Visit: one pass, phone, tap or counted person, once per session and day. Visits add up over groups, regions, "
            "sectors and days."
        ),
        _(
            "Participants: distinct passes and phones, each with its largest headcount. A lower bound: people who tapped "
            "or were counted by staff have no identity. Participants do not add up."
        ),
        _(
            "Scanned: a pass was scanned, or a phone scanned the on-screen venue code. Self-reported: a printed code or a tap. "
            "Counted by staff. Declared afterwards: only what exceeds the other methods."
        ),
        _(
            "Each event counts in one region, for the sector of its lead organizer, under one focus and one form. The Xinjiang "
            "Production and Construction Corps counts for itself."
        ),
        _(
            "Outcomes such as online views, leaflets and media reports stand beside visits and are never added to them."
        ),
    ]


def sealed_words() -> str:
    return _(
        "The figures were frozen when this summary was handed in, with SHA-256 and an Ed25519 signature. Anybody can check them "
        "by the code below, or with “openweek verify” and the file offered there. Document and address hold exact figures, also "
        "those under %(smallest)s, which the public figures withhold.",
        smallest=SMALLEST,
    )


def _addresses(url: str) -> list[str]:
    return [
        _("Address of the check: %(url)s", url=url),
        _("Public key: %(url)s", url=site().url("/verify")),
    ]
