"""How to subscribe to a view: its address in every form, step by step for each phone, and what a
calendar that is subscribed to cannot do."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, make_response, render_template, request

from models import clock
from models.campaigns.tables import Campaign, find_campaign
from models.drawing.qr import outline
from models.ics import alarms, entries
from models.installation import site
from models.places import regions
from models.public import queries
from models.public.filters import Filters, parse
from web import urls
from web.public import places, week_strip
from web.public.filters import choice, region_picker
from web.query_cache import QueryCache

REMINDER = 30  # minutes before, where somebody wants to be reminded
IN_WECHAT = "MicroMessenger"

pages = Blueprint("subscribe", __name__)


@dataclass(frozen=True)
class RegionPart:
    """A smaller choice: one region, how many of the events are there, and the sheet for them."""

    region: regions.StandardRegion
    count: int
    url: str


@dataclass(frozen=True)
class SubscribeLinks:
    """The address of a feed as each calendar takes it with one tap."""

    feed: str

    @property
    def webcal(self) -> str:
        """Opens the phone's or computer's own calendar."""
        return "webcal://" + self.feed.split("://", 1)[1]

    @property
    def google(self) -> str:
        return "https://calendar.google.com/calendar/r?" + urlencode({"cid": self.webcal})

    def outlook(self, name: str) -> str:
        return "https://outlook.live.com/calendar/0/addfromweb?" + urlencode({"url": self.feed, "name": name})


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals.update(subscribe_links=SubscribeLinks)


@pages.after_request
def _vary_by_reader(response: Response) -> Response:
    """One address, two languages, and other advice first inside WeChat."""
    response.vary.update(("Accept-Language", "Cookie", "User-Agent"))
    return response


@pages.get("/<campaign_id>/subscribe")
def subscribe_page(campaign_id: str) -> Response:
    campaign = find_campaign(campaign_id)
    filters, alarm = parse(campaign, request.args), alarms.parse(request.args.get("alarm"))
    cache = QueryCache(campaign.id)
    size = cache.get(("weight", filters), lambda: entries.feed_size(campaign, filters))
    alarm_query = {"alarm": alarm} if alarm else {}
    feed = site().url(urls.address(f"/{campaign.id}/events.ics", filters, **alarm_query))
    links = SubscribeLinks(feed)
    page_url = site().url(urls.address(f"/{campaign.id}/subscribe", filters, **alarm_query))
    page = render_template(
        "public/subscribe.html",
        campaign=campaign,
        strip=week_strip.week_strip(campaign, filters, f"/{campaign.id}/", clock.now(), cache),
        names=[one.name for one in choice.active_filters(campaign, filters, "")],
        view=urls.address(f"/{campaign.id}/", filters),
        alarm=alarm,
        reminders=_reminders(campaign, filters),
        feed=feed,
        links=links,
        codes=(outline(page_url), outline(links.webcal)),
        size=size,
        parts=region_parts(campaign, filters) if size > entries.LARGE_FEED else None,
        in_wechat=IN_WECHAT in request.headers.get("User-Agent", ""),
    )
    return make_response(page)


def _reminders(campaign: Campaign, filters: Filters) -> list[tuple[int | None, str]]:
    path = f"/{campaign.id}/subscribe"
    return [
        (None, urls.address(path, filters)),
        (REMINDER, urls.address(path, filters, alarm=REMINDER)),
    ]


def region_parts(campaign: Campaign, filters: Filters) -> list[RegionPart]:
    """The same choice in smaller pieces: by what lies below its region, or by the several regions that it names."""
    if len(filters.region) > 1:
        known = {row.code: row for row in regions.all_regions()}
        rows = tuple(known[code] for code in filters.region)
    else:
        rows = region_picker.subregions(filters.region[0] if filters.region else "")
    counts = queries.region_counts(campaign, filters)
    parts = []
    for row in rows:
        count = places.count_within(counts, row.code)
        if count:
            url = urls.address(f"/{campaign.id}/subscribe", filters.replace(region=(row.code,)))
            parts.append(RegionPart(row, count, url))
    return parts
