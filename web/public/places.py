"""Near me without a map: province, prefecture, county as plain links, each with the events that are there."""

from dataclasses import dataclass

from flask import Blueprint, Flask, Response, render_template, request

from models import clock
from models.campaigns.tables import Campaign, find_campaign
from models.installation import site
from models.places import regions
from models.public import queries
from models.public.filters import Filters, parse
from web import urls
from web.public import week_strip
from web.public.filters import choice, region_picker
from web.query_cache import QueryCache
from web.words.terms import is_grouping

pages = Blueprint("places", __name__)


@dataclass(frozen=True)
class RegionLink:
    """One region and its events, those of the places below it included. url leads further down, or to the events."""

    region: regions.StandardRegion
    count: int
    url: str


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.after_request
def _vary_by_reader(response: Response) -> Response:
    response.vary.update(("Accept-Language", "Cookie"))
    return response


@pages.get("/<campaign_id>/places")
def places(campaign_id: str) -> str:
    campaign = find_campaign(campaign_id)
    filters, path, cache = parse(campaign, request.args), f"/{campaign_id}/places", QueryCache(campaign_id)
    region_code = filters.region[0] if len(filters.region) == 1 else ""
    counts = cache.get(
        ("regions", filters.replace(region=())),
        lambda: queries.region_counts(campaign, filters.replace(region=())),
    )
    total = count_within(counts, region_code) if region_code else sum(counts.values())
    links = [place for place in _subregions(campaign, region_code, counts, filters) if place.count]
    return render_template(
        "public/places.html",
        campaign=campaign,
        strip=week_strip.week_strip(campaign, filters, path, clock.now(), cache),
        region_code=region_code,
        trail=_trail(region_code, filters, path),
        total=total,
        links=links,
        unplaced=total - sum(place.count for place in links),  # no more is known than that they are here
        all_here=urls.address(
            f"/{campaign_id}/events", filters.replace(region=(region_code,) if region_code else ())
        ),
        active_filters=choice.active_filters(campaign, filters.replace(region=()), path),
        canonical=site().url(urls.address(path, filters)),
    )


def count_within(counts: dict[str | None, int], code: str) -> int:
    """How many events lie in a region and below it."""
    start = regions.code_prefix(code)
    return sum(
        count
        for event_code, count in counts.items()
        if event_code is not None and event_code.startswith(start)
    )


def _subregions(
    campaign: Campaign, region_code: str, counts: dict[str | None, int], filters: Filters
) -> list[RegionLink]:
    links = []
    for row in region_picker.subregions(region_code):
        path = "places" if region_picker.subregions(row.code) else "events"
        url = urls.address(f"/{campaign.id}/{path}", filters.replace(region=(row.code,)))
        links.append(RegionLink(row, count_within(counts, row.code), url))
    return links


def _trail(region_code: str, filters: Filters, path: str) -> list[tuple[regions.StandardRegion, str]]:
    """The regions above this one and itself, each with the page of its places."""
    codes = (*regions.ancestors(region_code), region_code) if region_code else ()
    rows = [row for row in regions.all_regions() if row.code in codes and not is_grouping(row)]
    return [(row, urls.address(path, filters.replace(region=(row.code,)))) for row in rows]
