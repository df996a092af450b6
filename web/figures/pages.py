"""Participation figures: for programs (/api/v1/figures) and for readers (/<campaign>/figures)."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, or_, select
from werkzeug.datastructures import MultiDict

from models import bearer, clock
from models.campaigns.tables import Campaign, find_campaign
from models.db import snapshot
from models.devices import kiosks
from models.devices.kiosks import KioskService
from models.errors import N_, Mistake
from models.events.merges import kept_ids
from models.events.scope import reachable_event_ids, sees_everything
from models.events.tables import Event
from models.figures import count, live
from models.figures.dimensions import parse_by
from models.figures.filters import FiguresFilter, from_page_filters
from models.organizations.tables import find_token
from models.public import filters
from web.api.caller import TOKEN_NOT_VALID, InvalidTokenError, require_scope
from web.api.figures import READ_FIGURES
from web.figures.exports import as_csv, as_json
from web.public import week_strip

pages = Blueprint("figures", __name__)
EVERY_EVENT = select(Event.id)
PAGE_DIMENSIONS = ("audience", "day", "line")


class NotReleasedError(Mistake):
    status = 403


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@dataclass(frozen=True)
class FiguresQuery:
    """A question about figures, checked. scope: the events that the asker reaches; None: all that is released."""

    campaign: Campaign
    by: tuple[str, ...]
    where: FiguresFilter
    exact: bool

    def answer(self, now: datetime) -> count.Figures:
        return count.figures(self.campaign, now, self.by, self.where, exact=self.exact)


def parse_query(campaign: Campaign, args: MultiDict, scope: Select | None = None) -> FiguresQuery:
    """Read a query: by, exact and the filters of the pages. Raises Mistake with one sentence."""
    by = parse_by(args.get("by", ""))
    where = from_page_filters(filters.parse(campaign, args), scope)
    return FiguresQuery(campaign, by, where, exact=args.get("exact") == "1")


@pages.get("/api/v1/figures")
def api() -> Response:
    """The figures that the asker reaches: a device its events, an account its scope, anybody what is released."""
    now = clock.now()
    campaign_id = request.args.get("campaign")
    if not campaign_id:
        raise Mistake(N_("Please name the week: ?campaign=…"))
    campaign = find_campaign(campaign_id)
    scope = _scope(now)
    if scope is None:
        _require_released(campaign)
    query = parse_query(campaign, request.args, None if scope is EVERY_EVENT else scope)
    return _private(as_json(query.answer(now), campaign))


def _scope(now: datetime) -> Select | None:
    """The events that the bearer of the request reaches; None without credentials. Raises InvalidTokenError, and
    MissingScopeError for a token that was made for something else."""
    if "Authorization" not in request.headers:
        return None
    token = bearer.bearer_token(request.headers["Authorization"])
    personal = find_token(token) if token else None
    if personal is not None:
        require_scope(personal, *READ_FIGURES)
        account = personal.account
        return EVERY_EVENT if sees_everything(account) else reachable_event_ids(account)
    kiosk = kiosks.by_token(token, now) if token else None
    # For a week a device out of service may still hand in scans; every other call is refused.
    if kiosk is not None and kiosk.ended_at(now) is None:
        served = select(KioskService.event_id).where(KioskService.kiosk_id == kiosk.id)
        # What a device counted at a merged event is counted at the one that stands for it.
        return select(Event.id).where(or_(Event.id.in_(served), Event.id.in_(kept_ids(served))))
    raise InvalidTokenError(TOKEN_NOT_VALID)


def released(campaign: Campaign) -> bool:
    return campaign.rehearsal or campaign.figures_released


def _require_released(campaign: Campaign) -> None:
    if not released(campaign):
        raise NotReleasedError(N_("The figures of this week have not been published yet."))


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = (
        "private, no-store" if "Authorization" in request.headers else "no-cache"
    )
    response.vary.update(("Authorization", "Accept-Language"))
    return response


@pages.get("/<campaign_id>/figures")
def page(campaign_id: str) -> ResponseReturnValue:
    campaign, now = find_campaign(campaign_id), clock.now()
    if not released(campaign):
        return render_template(
            "figures/figures.html", campaign=campaign, strip=week_strip.full_week(campaign, now), total=None
        )
    chosen_filters = filters.parse(campaign, request.args)
    where = from_page_filters(chosen_filters)
    with snapshot():  # the parts of one page add up to one total
        parts = count.figures_by_each(campaign, now, PAGE_DIMENSIONS, where, counting=("day",))
        parent = chosen_filters.region[0] if len(chosen_filters.region) == 1 else None
        by_subregion = count.visits_by_subregion(campaign, where, parent)
    total = parts["audience"]
    return render_template(
        "figures/figures.html",
        campaign=campaign,
        strip=week_strip.full_week(campaign, now),
        total=total,
        parts=parts,
        days=with_empty_days(campaign, parts["day"].rows),
        groups=live.by_group(campaign, total.rows),
        regions=by_subregion,
        query=request.query_string.decode("ascii", "replace"),
    )


def with_empty_days(campaign: Campaign, rows: list[dict]) -> list[dict]:
    """The rows by day, with the days of the week without visits."""
    empty = {day: {"day": day, "visits": 0, "participants": 0} for day in campaign.days}
    return [row for _day, row in sorted((empty | {row["day"]: row for row in rows}).items())]


@pages.get("/<campaign_id>/figures.json")
def page_json(campaign_id: str) -> Response:
    return as_json(_released_figures(campaign_id), find_campaign(campaign_id))


@pages.get("/<campaign_id>/figures.csv")
def page_csv(campaign_id: str) -> Response:
    campaign = find_campaign(campaign_id)
    return as_csv(_released_figures(campaign_id), campaign, parse_by(request.args.get("by", "")))


def _released_figures(campaign_id: str) -> count.Figures:
    campaign = find_campaign(campaign_id)
    _require_released(campaign)
    return parse_query(campaign, request.args).answer(clock.now())
