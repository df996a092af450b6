"""The sheet that tells how to subscribe to a view: its address in every form, step by step for each phone, and what a
calendar that is subscribed to cannot do."""

from dataclasses import dataclass

from flask import Blueprint, Flask, Response, make_response, render_template, request

from models import agenda, alarms, clock, ical, regions
from models import campaign as campaigns
from models.campaign import Campaign
from models.filters import Filters, parse
from models.site import site
from web import cascade, listing, places, qr, week
from web.kept import Kept

REMINDER = 30  # minutes before, where somebody wants to be reminded
IN_WECHAT = "MicroMessenger"

pages = Blueprint("subscribe", __name__, template_folder="templates")


@dataclass(frozen=True)
class Part:
    """A smaller choice: one region, how many of the events are there, and the sheet for them."""

    region: regions.RegionRow
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
    campaign = campaigns.find(campaign_id)
    filters, alarm = parse(campaign, request.args), alarms.parse(request.args.get("alarm"))
    kept = Kept(campaign.id)
    size = kept.get(("weight", filters), lambda: ical.weight(campaign, filters))
    more = {"alarm": alarm} if alarm else {}
    feed = site().url(week.address(f"/{campaign.id}/events.ics", filters, **more))
    here = site().url(week.address(f"/{campaign.id}/subscribe", filters, **more))
    page = render_template(
        "subscribe.html",
        campaign=campaign,
        strip=week.strip(campaign, filters, f"/{campaign.id}/", clock.now(), kept),
        names=[one.name for one in listing.chosen(campaign, filters, "")],
        view=week.address(f"/{campaign.id}/", filters),
        alarm=alarm,
        reminders=_reminders(campaign, filters),
        feed=feed,
        webcal="webcal://" + feed.split("://", 1)[1],
        codes=(qr.drawing(here), qr.drawing("webcal://" + feed.split("://", 1)[1])),
        size=size,
        parts=parts(campaign, filters) if size > ical.HEAVY else None,
        in_wechat=IN_WECHAT in request.headers.get("User-Agent", ""),
    )
    return make_response(page)


def _reminders(campaign: Campaign, filters: Filters) -> list[tuple[int | None, str]]:
    path = f"/{campaign.id}/subscribe"
    return [(None, week.address(path, filters)), (REMINDER, week.address(path, filters, alarm=REMINDER))]


def parts(campaign: Campaign, filters: Filters) -> list[Part]:
    """The same choice in smaller pieces: by what lies below its region, or by the several regions that it names."""
    if len(filters.region) > 1:
        known = {row.code: row for row in regions.load()}
        rows = [known[code] for code in filters.region]
    else:
        rows = cascade.below(filters.region[0] if filters.region else "")
    counts = agenda.region_counts(campaign, filters)
    found = []
    for row in rows:
        count = places.within(counts, row.code)
        if count:
            url = week.address(f"/{campaign.id}/subscribe", filters.but(region=(row.code,)))
            found.append(Part(row, count, url))
    return found
