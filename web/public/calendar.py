"""The public calendar: the week, its list of events, one event, what the figures mean, and the reader's language."""

from collections.abc import Collection
from datetime import datetime

from flask import Blueprint, Flask, Response, abort, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from models import clock
from models.campaigns.tables import Campaign, current_campaign, find_campaign
from models.errors import Mistake
from models.installation import site
from models.public import queries
from models.public.filters import EVERYTHING, Filters, parse
from models.public.schedule import sessions_on
from web import urls
from web.errors import sentence
from web.known_campaign import known_campaign
from web.public import listing, previous_and_next, week_strip
from web.public.event_cards import EventCards
from web.public.filters import choice, region_picker
from web.public.filters.filter_parts import FilterParts
from web.public.schedule import screen
from web.query_cache import QueryCache
from web.urls import local_path
from web.words.reader_language import LANGUAGES

YEAR = 365 * 24 * 60 * 60

pages = Blueprint("calendar", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals.update(
        outside_week=listing.outside_week,
        sessions_on=sessions_on,
        site_url=lambda path: site().url(path),
    )


@pages.after_request
def _vary_by_reader(response: Response) -> Response:
    """One address, two languages: whoever stores a page must keep them apart."""
    response.vary.update(("Accept-Language", "Cookie"))
    if response.mimetype == "text/html":
        response.cache_control.no_cache = True  # it says what is under way now
    return response


@pages.get("/")
def home() -> ResponseReturnValue:
    """To the current campaign, with the query kept."""
    current = current_campaign(clock.now())
    if current is None:
        abort(404)
    query = request.query_string.decode("ascii", "replace")
    return redirect(f"/{current.id}/" + (f"?{query}" if query else ""))


@pages.get("/<campaign_id>/")
def week_page(campaign_id: str) -> ResponseReturnValue:
    return list_page(known_campaign(campaign_id), f"/{campaign_id}/")


@pages.get("/<campaign_id>/events")
def events(campaign_id: str) -> ResponseReturnValue:
    return list_page(known_campaign(campaign_id), f"/{campaign_id}/events")


@pages.get("/<campaign_id>/events/<int:event_id>")
def event(campaign_id: str, event_id: int) -> ResponseReturnValue:
    campaign = find_campaign(campaign_id)
    event = queries.find_event(campaign, event_id)
    before, after = previous_and_next.previous_and_next(campaign, event)
    now = clock.now()
    strip = week_strip.full_week(campaign, now)
    return render_template(
        "public/event.html", campaign=campaign, event=event, strip=strip, previous=before, next=after, now=now
    )


@pages.get("/<campaign_id>/regions.json")
def regions(campaign_id: str) -> Response:
    """What lies below a region, for the lists of the filter: [{"code", "name"}]. An unknown region has nothing."""
    find_campaign(campaign_id)
    rows = region_picker.subregions(request.args.get("below", ""))
    response = jsonify([{"code": row.code, "name": row.name} for row in rows])
    response.cache_control.max_age = 86400
    return response


@pages.get("/about/figures")
def about_figures() -> ResponseReturnValue:
    now = clock.now()
    campaign = current_campaign(now)
    strip = week_strip.full_week(campaign, now) if campaign else None
    return render_template("figures/definitions.html", campaign=campaign, strip=strip)


@pages.post("/language")
def set_language() -> ResponseReturnValue:
    """Keep the reader's choice for a year, and go back to where it was made."""
    response = redirect(local_path(request.form.get("back", "")), 303)
    lang = request.form.get("lang")
    if lang in LANGUAGES:
        response.set_cookie(
            "lang", lang, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure
        )
    return response


def list_page(
    campaign: Campaign, path: str, starred: Collection[int] = (), **shown: object
) -> ResponseReturnValue:
    """The list of events at a path. A value that cannot be used is reported in one sentence, the others stay.

    shown: further names for the template."""
    try:
        filters = parse(campaign, request.args)
    except Mistake as mistake:
        filters = choice.usable_part(campaign, request.args)
        cache, typed = QueryCache(campaign.id), request.args.get("q", "")
        return _list_template(
            campaign,
            path,
            filters,
            clock.now(),
            cache,
            starred,
            error=sentence(mistake),
            typed=typed,
            **shown,
        ), 400
    if region_picker.was_submitted(request.args):
        code = region_picker.submitted_region(request.args)
        return redirect(urls.address(path, filters.replace(region=(code,)) if code else filters))
    cache, now = QueryCache(campaign.id), clock.now()
    if request.args.get("screen") == "1" and not shown:
        return screen.screen_page(campaign, filters, path, now)
    page_of_events = listing.listing(campaign, filters, path, request.args.get("page", 1, int), now, cache)
    return _list_template(
        campaign, path, filters, now, cache, starred, page_of_events=page_of_events, typed=filters.q, **shown
    )


def _list_template(
    campaign: Campaign,
    path: str,
    filters: Filters,
    now: datetime,
    cache: QueryCache,
    starred: Collection[int] = (),
    **more: object,
) -> str:
    return render_template(
        "public/events.html",
        campaign=campaign,
        path=path,
        filters=filters,
        now=now,
        starred=starred,
        card=EventCards(campaign, now, starred),
        strip=week_strip.week_strip(campaign, filters, path, now, cache),
        filter_parts=FilterParts(campaign, path, filters),
        active_filters=choice.active_filters(campaign, filters, path),
        back=urls.address(path, filters),
        all_days=urls.address(path, filters.replace(day=())) if filters.day else None,
        only_search=urls.address(path, EVERYTHING.replace(q=filters.q)),
        without_search=urls.address(path, filters.replace(q="")) + "#filters",
        nothing_chosen=filters == EVERYTHING,
        feed=site().url(urls.address(f"/{campaign.id}/events.ics", filters)),
        address=site().url(urls.address(path, filters)),
        subscribe_url=urls.address(f"/{campaign.id}/subscribe", filters),
        **more,
    )
