"""What is public of the figures: as JSON, CSV and XLSX, each with method, definitions and licence, and described as DCAT."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response, jsonify
from flask_babel import gettext as _

from models import clock
from models.campaigns.tables import Campaign
from models.figures.publication.public_table import PublicFigures
from models.figures.publication.withholding import SMALLEST
from models.installation import site
from models.ledger.tables import METHODS
from web.figures import sheets
from web.words.figures import changes_note, dimension_name, method_name, value_names, withheld_note
from web.words.terms import campaign_name, day_label

LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def notes(campaign: Campaign, figures: PublicFigures, last_day: date) -> list[tuple[str, str]]:
    """Method, definitions and licence, as they go with every file. last_day: the last day that is released."""
    days = days_note(campaign, figures, last_day)
    return [
        (_("Week"), campaign_name(campaign)),
        (_("As of"), clock.instant_text(figures.as_of, campaign.zone)),
        *([(_("Day"), days)] if days else []),
        (
            _("Method"),
            _(
                "Counted from scans, taps and staff counts at the events, and totals declared afterwards. No names are"
                " recorded. Events that were not reviewed are not in it."
            ),
        ),
        (
            _("Visits"),
            _(
                "A visit is one pass, one browser, one tap or one counted person, once per session and day. Visits can be"
                " added up: over groups, regions and days."
            ),
        ),
        (
            _("Participants"),
            _(
                "Participants are the different passes and browsers, each with its largest headcount. This is a lower"
                " bound and does not add up over rows."
            ),
        ),
        (_("Withheld"), withheld_note() + " " + _("A withheld number is an empty cell, in JSON null.")),
        (_("Changes"), changes_note()),
        (_("Licence"), LICENCE),
    ]


def days_note(campaign: Campaign, figures: PublicFigures, last_day: date) -> str:
    """Up to which day the figures go, where days of the week have begun that follow; "" for all of them."""
    if campaign.starts <= last_day < campaign.ends and last_day < campaign.today(figures.as_of):
        return _("Days up to %(day)s", day=day_label(last_day))
    return ""


def held_to(campaign: Campaign, last_day: date) -> date:
    """The last day of the week that the files hold. last_day: the last day that is released."""
    return max(campaign.starts, min(last_day, campaign.ends))


def as_json(campaign: Campaign, figures: PublicFigures, last_day: date) -> Response:
    """The shape of the API. visits null: withheld."""
    rows = [
        {name: sheets.plain(value) if name == "day" else value for name, value in row.items()}
        | {"participants": None, "methods": None}
        for row in figures.rows
    ]
    return jsonify(
        {
            "as_of": clock.instant_text(figures.as_of, campaign.zone),
            "visits": figures.visits,
            "participants": figures.participants,
            "methods": figures.methods,
            "rows": rows,
            "notes": dict(notes(campaign, figures, last_day)),
            "licence": LICENCE,
        }
    )


def table(campaign: Campaign, figures: PublicFigures, by: Sequence[str]) -> sheets.Table:
    """Each dimension as code and as name, and the visits; without dimensions the total and its methods."""
    if not by:
        lines: list[list[object]] = [
            [_("Visits"), figures.visits],
            [_("Participants, at least"), figures.participants],
        ]
        lines += [[method_name(name), figures.methods[name]] for name in METHODS] if figures.methods else []
        return sheets.Table(_("Total"), [_("Measure"), _("Value")], lines, 1, total_of=None)
    names = {name: value_names(campaign, name, (row[name] for row in figures.rows)) for name in by}
    heads = [head for name in by for head in (name, dimension_name(name))]
    rows = [
        [*(part for name in by for part in (row[name], names[name][row[name]])), row["visits"]]
        for row in figures.rows
    ]
    title = " × ".join(map(dimension_name, by))
    return sheets.Table(title, [*heads, _("Visits")], rows, 2 * len(by), total_of=None)


def dataset(campaign: Campaign, as_of: str | None, last_day: date) -> dict[str, Any]:
    """The figures of a week as a DCAT dataset, in JSON-LD. last_day: the last day that is released."""
    root = f"{site().base_url}/{campaign.id}/figures"
    kinds = {
        "json": "application/json",
        "csv": "text/csv",
        "xlsx": sheets.WORKBOOK,
    }
    return {
        "@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"},
        "@id": root,
        "@type": "dcat:Dataset",
        "dct:title": [
            {"@language": "zh", "@value": f"{campaign.name_zh} 参与数据"},
            {"@language": "en", "@value": f"{campaign.name_en}: participation figures"},
        ],
        "dct:description": _(
            "Visits by county, day and audience group; numbers under %(most)s are withheld.", most=SMALLEST
        )
        + " "
        + changes_note(),
        "dct:license": {"@id": LICENCE},
        "dct:modified": as_of,
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": campaign.starts.isoformat(),
            "dcat:endDate": held_to(campaign, last_day).isoformat(),
        },
        "dcat:landingPage": {"@id": root},
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dcat:downloadURL": {"@id": f"{root}.{ending}?by=region,day,audience"},
                "dcat:mediaType": media_type,
            }
            for ending, media_type in kinds.items()
        ],
    }


def described(campaign: Campaign, response: Response) -> Response:
    """Licence and description go with a file that cannot hold them itself."""
    response.headers.add("Link", f'<{LICENCE}>; rel="license"')
    response.headers.add("Link", f'</{campaign.id}/figures/dataset.jsonld>; rel="describedby"')
    return response
