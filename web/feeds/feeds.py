"""Any view is a feed: the events of a choice as calendar, JSON, table and Atom, one event as calendar and JSON; and what
robots may read.

The answer depends on the address alone: not on a cookie, a language or a program's name.
"""

from datetime import datetime
from urllib.parse import quote, urlencode

from flask import Blueprint, Flask, Response, current_app, request
from flask.typing import ResponseReturnValue

from models.campaigns.tables import find_campaign
from models.errors import N_, MergedEvent, Mistake, NotFound
from models.events.tables import Event
from models.ics import alarms, entries
from models.ics import version as calendar_version
from models.installation import site
from models.public import queries
from models.public.filters import NAMES, Filters, parse
from web import errors
from web.feeds import events_atom, events_csv, events_json
from web.feeds.cached_answers import CachedAnswers
from web.feeds.http_cache import HttpCache, Representation, conditional_response
from web.known_campaign import known_campaign

CALENDAR, JSON, TABLE, ATOM = "text/calendar", "application/json", "text/csv", "application/atom+xml"
LONGEST_NAME = 80
# Not allowed in file names on some system.
_NOT_IN_NAMES = str.maketrans(dict.fromkeys('/\\:*?"<>|\r\n\t', "_"))
ROBOTS = """\
User-agent: *
Disallow: /api/
Disallow: /desk/
Disallow: /kiosk/
Disallow: /C/
Disallow: /c/
Disallow: /V/
Disallow: /v/
Disallow: /R/
Disallow: /r/
Disallow: /*/my/
Allow: /*/my/*.ics
Allow: /

Sitemap: {sitemap}
"""

pages = Blueprint("feeds", __name__)


def register(app: Flask) -> None:
    app.extensions["openweek.feeds"] = HttpCache[Representation]()
    app.wsgi_app = CachedAnswers(app)  # type: ignore[method-assign]  # as Flask documents it
    app.register_blueprint(pages)


@pages.after_request
def _allow_any_origin(response: Response) -> Response:
    """Scripts of other sites may read feeds: public content, no cookie."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@pages.errorhandler(Mistake)
def handle_mistake(mistake: Mistake) -> ResponseReturnValue:
    """One sentence, as text for a calendar program and as problem JSON for a script."""
    if errors.wants_json() or isinstance(mistake, MergedEvent):
        return errors.handle_mistake(mistake)
    response = Response(errors.sentence(mistake) + "\n", mistake.status, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.get("/<campaign_id>/events.ics")
def calendar(campaign_id: str) -> Response:
    return conditional_response(
        _representation(campaign_id, CALENDAR), f'inline; filename="{campaign_id}.ics"'
    )


@pages.get("/<campaign_id>/events.json")
def listing(campaign_id: str) -> Response:
    return conditional_response(_representation(campaign_id, JSON))


@pages.get("/<campaign_id>/events.csv")
def table(campaign_id: str) -> Response:
    return conditional_response(
        _representation(campaign_id, TABLE), f'attachment; filename="{campaign_id}.csv"'
    )


@pages.get("/<campaign_id>/events.atom")
def news(campaign_id: str) -> Response:
    return conditional_response(_representation(campaign_id, ATOM))


@pages.get("/<campaign_id>/events/<int:event_id>.ics")
def event_calendar(campaign_id: str, event_id: int) -> Response:
    event = queries.find_event(find_campaign(campaign_id), event_id)
    if not event.occurrences:
        raise NotFound(N_("This event has no date, so there is nothing to add to a calendar."))
    body = entries.single(event, _alarm(CALENDAR))
    return conditional_response(Representation.of(body, CALENDAR, event.changed_at), _attachment(event))


@pages.get("/<campaign_id>/events/<int:event_id>.json")
def event_listing(campaign_id: str, event_id: int) -> Response:
    event = queries.find_event(find_campaign(campaign_id), event_id)
    return conditional_response(Representation.of(events_json.one(event), JSON, event.changed_at))


@pages.get("/robots.txt")
def robots() -> Response:
    text = ROBOTS.format(sitemap=site().url("/sitemap.xml"))
    return conditional_response(Representation.of(text.encode(), "text/plain", None))


def _representation(campaign_id: str, mimetype: str) -> Representation:
    """The events of the choice in the address. Where nothing moved, one read by key is all that the database is asked:
    a choice that was once good stays so, for nothing that a filter names is ever deleted."""
    alarm = _alarm(mimetype)
    latest = calendar_version.version(campaign_id)
    if latest is None:
        return _render(campaign_id, mimetype, alarm, None)
    version, changed_at = latest
    values = tuple((name, tuple(sorted(set(request.args.getlist(name))))) for name in NAMES)
    cache: HttpCache[Representation] = current_app.extensions["openweek.feeds"]
    key = (campaign_id, mimetype, alarm, values)
    return cache.get(key, version, lambda: _render(campaign_id, mimetype, alarm, changed_at))


def _alarm(mimetype: str) -> int | None:
    """Minutes of the reminder; calendars only."""
    return alarms.parse(request.args.get("alarm")) if mimetype == CALENDAR else None


def _render(
    campaign_id: str, mimetype: str, alarm: int | None, changed_at: datetime | None
) -> Representation:
    campaign = known_campaign(campaign_id)
    filters = parse(campaign, request.args)
    if mimetype == CALENDAR:
        body = entries.feed(campaign, filters, _address(campaign_id, "ics", filters, alarm), alarm)
    elif mimetype == ATOM:
        body = events_atom.listing(campaign, filters, _address(campaign_id, "atom", filters))
    else:
        body = (events_json if mimetype == JSON else events_csv).listing(campaign, filters)
    return Representation.of(body, mimetype, changed_at)


def _address(campaign_id: str, kind: str, filters: Filters, alarm: int | None = None) -> str:
    """The feed's own address, without parameters that are not filters."""
    query = urlencode([*filters.query(), *([("alarm", alarm)] if alarm else [])])
    return site().url(f"/{campaign_id}/events.{kind}" + (f"?{query}" if query else ""))


def _attachment(event: Event) -> str:
    """Download name by the event's title, with an ASCII fallback."""
    title = "".join(char for char in event.title if char.isprintable()).translate(_NOT_IN_NAMES)
    name = quote(f"{title[:LONGEST_NAME].strip(' .') or event.id}.ics", safe="")
    return f"attachment; filename=\"event-{event.id}.ics\"; filename*=UTF-8''{name}"
