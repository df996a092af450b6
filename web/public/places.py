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
from web.public import listing, region_picker, week_strip
from web.server.query_cache import Kept
from web.words.terms import is_grouping

pages = Blueprint("places", __name__)


@dataclass(frozen=True)
class Place:
    """One region and its events, those of the places below it included. url leads further down, or to the events."""

    region: regions.StandardRegion
    count: int
    url: str


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.after_request
def _per_reader(response: Response) -> Response:
    response.vary.update(("Accept-Language", "Cookie"))
    return response


@pages.get("/<campaign_id>/places")
def places(campaign_id: str) -> str:
    campaign = find_campaign(campaign_id)
    filters, path, kept = parse(campaign, request.args), f"/{campaign_id}/places", Kept(campaign_id)
    here = filters.region[0] if len(filters.region) == 1 else ""
    counts = kept.get(
        ("regions", filters.replace(region=())),
        lambda: queries.region_counts(campaign, filters.replace(region=())),
    )
    total = within(counts, here) if here else sum(counts.values())
    found = [place for place in _below(campaign, here, counts, filters) if place.count]
    return render_template(
        "public/places.html",
        campaign=campaign,
        strip=week_strip.strip(campaign, filters, path, clock.now(), kept),
        here=here,
        trail=_trail(here, filters, path),
        total=total,
        found=found,
        without=total - sum(place.count for place in found),  # no more is known than that they are here
        all_here=urls.address(f"/{campaign_id}/events", filters.replace(region=(here,) if here else ())),
        chosen=listing.chosen(campaign, filters.replace(region=()), path),
        canonical=site().url(urls.address(path, filters)),
    )


def within(counts: dict[str | None, int], code: str) -> int:
    """How many events lie in a region and below it."""
    start = regions.code_prefix(code)
    return sum(count for other, count in counts.items() if other is not None and other.startswith(start))


def _below(campaign: Campaign, here: str, counts: dict[str | None, int], filters: Filters) -> list[Place]:
    found = []
    for row in region_picker.below(here):
        path = "places" if region_picker.below(row.code) else "events"
        url = urls.address(f"/{campaign.id}/{path}", filters.replace(region=(row.code,)))
        found.append(Place(row, within(counts, row.code), url))
    return found


def _trail(here: str, filters: Filters, path: str) -> list[tuple[regions.StandardRegion, str]]:
    """The regions above this one and itself, each with the page of its places."""
    codes = (*regions.ancestors(here), here) if here else ()
    rows = [row for row in regions.all_regions() if row.code in codes and not is_grouping(row)]
    return [(row, urls.address(path, filters.replace(region=(row.code,)))) for row in rows]
