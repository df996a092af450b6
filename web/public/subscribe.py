"""The sheet that tells how to subscribe to a view: its address in every form, step by step for each phone, and what a
calendar that is subscribed to cannot do."""

from dataclasses import dataclass

from flask import Blueprint, Flask, Response, make_response, render_template, request

from models import clock
from models.campaigns.tables import Campaign, find_campaign
from models.ics import alarms, entries
from models.installation import site
from models.places import regions
from models.public import queries
from models.public.filters import Filters, parse
from web import urls
from web.public import listing, places, qr_path, region_picker, week_strip
from web.server.query_cache import Kept

REMINDER = 30  # minutes before, where somebody wants to be reminded
IN_WECHAT = "MicroMessenger"

pages = Blueprint("subscribe", __name__)


@dataclass(frozen=True)
class Part:
    """A smaller choice: one region, how many of the events are there, and the sheet for them."""

    region: regions.StandardRegion
    count: int
    url: str


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.after_request
def _per_reader(response: Response) -> Response:
    """One address, two languages, and other advice first inside WeChat."""
    response.vary.update(("Accept-Language", "Cookie", "User-Agent"))
    return response


@pages.get("/<campaign_id>/subscribe")
def sheet(campaign_id: str) -> Response:
    campaign = find_campaign(campaign_id)
    filters, alarm = parse(campaign, request.args), alarms.parse(request.args.get("alarm"))
    kept = Kept(campaign.id)
    size = kept.get(("weight", filters), lambda: entries.weight(campaign, filters))
    more = {"alarm": alarm} if alarm else {}
    feed = site().url(urls.address(f"/{campaign.id}/events.ics", filters, **more))
    here = site().url(urls.address(f"/{campaign.id}/subscribe", filters, **more))
    page = render_template(
        "public/subscribe.html",
        campaign=campaign,
        strip=week_strip.strip(campaign, filters, f"/{campaign.id}/", clock.now(), kept),
        names=[one.name for one in listing.chosen(campaign, filters, "")],
        view=urls.address(f"/{campaign.id}/", filters),
        alarm=alarm,
        reminders=_reminders(campaign, filters),
        feed=feed,
        webcal="webcal://" + feed.split("://", 1)[1],
        codes=(qr_path.drawing(here), qr_path.drawing("webcal://" + feed.split("://", 1)[1])),
        size=size,
        parts=parts(campaign, filters) if size > entries.HEAVY else None,
        in_wechat=IN_WECHAT in request.headers.get("User-Agent", ""),
    )
    return make_response(page)


def _reminders(campaign: Campaign, filters: Filters) -> list[tuple[int | None, str]]:
    path = f"/{campaign.id}/subscribe"
    return [
        (None, urls.address(path, filters)),
        (REMINDER, urls.address(path, filters, alarm=REMINDER)),
    ]


def parts(campaign: Campaign, filters: Filters) -> list[Part]:
    """The same choice in smaller pieces: by what lies below its region, or by the several regions that it names."""
    if len(filters.region) > 1:
        known = {row.code: row for row in regions.all_regions()}
        rows = [known[code] for code in filters.region]
    else:
        rows = region_picker.below(filters.region[0] if filters.region else "")
    counts = queries.region_counts(campaign, filters)
    found = []
    for row in rows:
        count = places.within(counts, row.code)
        if count:
            url = urls.address(f"/{campaign.id}/subscribe", filters.replace(region=(row.code,)))
            found.append(Part(row, count, url))
    return found
