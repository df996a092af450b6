"""Participation figures: for programs (/api/v1/figures) and for readers (/<campaign>/figures)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, Flask, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
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
from models.figures.by_group import groups_by_day, groups_by_region
from models.figures.dimensions import parse_by, parse_level
from models.figures.filters import FiguresFilter, from_page_filters
from models.figures.publication.public_table import PublicFigures, PublicTable
from models.figures.publication.release import is_open, next_release, released_part
from models.live.area import Area
from models.organizations.tables import find_token
from models.places.regions import RegionLevel, level_below
from models.public import filters
from web.api.caller import refused_token, require_scope
from web.api.figures import READ_FIGURES
from web.figures import released, sheet_tables
from web.figures.exports import as_csv, as_json, file_name, open_table
from web.figures.part_names import PartName, part_name
from web.figures.sheets import as_csv as sheets_csv
from web.figures.sheets import workbook
from web.public import week_strip
from web.words.terms import region_label

pages = Blueprint("figures", __name__)
SOON = N_("The figures of this week will be published here on %(time)s.")
SOON_OF = N_("The figures of %(regions)s will be published here on %(time)s.")
EVERY_EVENT = select(Event.id)
MOST_CROSSED = 3
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
    level: RegionLevel | None

    def answer(self, now: datetime) -> count.Figures:
        return count.figures(self.campaign, now, self.by, self.where, exact=self.exact, level=self.level)


def parse_query(campaign: Campaign, args: MultiDict, scope: Select | None = None) -> FiguresQuery:
    """Read a query: by, exact and the filters of the pages. Raises Mistake with one sentence."""
    by = parse_by(args.get("by", ""))
    where = from_page_filters(filters.parse(campaign, args), scope)
    level = parse_level(args.get("level", ""))
    return FiguresQuery(campaign, by, where, exact=args.get("exact") == "1", level=level)


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
        if not is_open(campaign):
            return _private(released.as_json(campaign, *_public_figures(campaign, now)))
        _refuse_costly(request.args)
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
    raise refused_token(token)


def _public_table(campaign: Campaign, now: datetime) -> PublicTable:
    """What is released of a campaign that is no rehearsal. Raises NotReleasedError, which says when."""
    table = released_part(campaign, now)
    if table is None:
        coming = next_release(campaign, now)
        if coming is not None:
            at = clock.instant_text(coming.at, campaign.zone)
            raise NotReleasedError(
                SOON_OF if coming.regions else SOON, time=at, regions=_names(coming.regions)
            )
        raise NotReleasedError(N_("The figures of this week have not been published yet."))
    return table


def _names(codes: Sequence[str]) -> str:
    return _(", ").join(region_label(code) or code for code in codes)


def _public_figures(campaign: Campaign, now: datetime) -> tuple[PublicFigures, date]:
    """The request's question, answered from what is released, and the last day that is."""
    by = parse_by(request.args.get("by", ""))
    table, chosen = _public_table(campaign, now), filters.parse(campaign, request.args)
    last_day = _last_day(campaign, table, chosen)
    return table.answer(by, chosen, parse_level(request.args.get("level", ""))), last_day


def _last_day(campaign: Campaign, table: PublicTable, chosen: filters.Filters) -> date:
    """The last day that is released. Raises NotReleasedError where a later one is asked for, which is not 0."""
    last_day = table.last_day(campaign.today(table.as_of))
    if any(day > last_day for day in chosen.day):
        raise NotReleasedError(N_("This day follows with the first release after it is over."))
    return last_day


def _refuse_costly(args: MultiDict) -> None:
    """Somebody without a token may ask what the stored sums answer, and not for what reads the whole ledger."""
    if args.get("exact") == "1":
        raise NotReleasedError(
            N_("exact=1 counts the whole ledger and needs a token. Leave it out, or sign in.")
        )
    if len(parse_by(args.get("by", ""))) > MOST_CROSSED:
        raise Mistake(
            N_("Without a token figures can be grouped by at most %(most)s dimensions at once."),
            most=MOST_CROSSED,
        )


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = (
        "private, no-store" if "Authorization" in request.headers else "no-cache"
    )
    response.vary.update(("Authorization", "Accept-Language"))
    return response


@pages.get("/<campaign_id>/figures")
def page(campaign_id: str) -> ResponseReturnValue:
    campaign, now = find_campaign(campaign_id), clock.now()
    return _open_page(campaign, now) if is_open(campaign) else _released_page(campaign, now)


def _open_page(campaign: Campaign, now: datetime) -> str:
    chosen_filters = filters.parse(campaign, request.args)
    where = from_page_filters(chosen_filters)
    with snapshot():  # the parts of one page add up to one total
        parts = count.figures_by_each(campaign, now, PAGE_DIMENSIONS, where, counting=("day",))
        parent = chosen_filters.region[0] if len(chosen_filters.region) == 1 else ""
        by_day = groups_by_day(campaign, where)
        by_region = groups_by_region(campaign, where, parent)
    total = parts["audience"]
    return render_template(
        "figures/figures.html",
        campaign=campaign,
        strip=week_strip.full_week(campaign, now),
        total=total,
        parts=parts,
        participants={row["day"]: row["participants"] for row in parts["day"].rows},
        days=by_day,
        groups=live.by_group(campaign, total.rows),
        regions=by_region,
        chart_level=level_below(parent),
        source=_source(campaign),
        today=campaign.today(now),
        query=request.query_string.decode("ascii", "replace"),
    )


def _released_page(campaign: Campaign, now: datetime) -> str:
    """What is released, with withheld cells; before that, when it will be."""
    table, chosen = released_part(campaign, now), filters.parse(campaign, request.args)
    strip = week_strip.full_week(campaign, now)
    if table is None:
        return render_template(
            "figures/released.html",
            campaign=campaign,
            strip=strip,
            total=None,
            coming=next_release(campaign, now),
        )
    last_day = _last_day(campaign, table, chosen)
    parts = {by: table.answer((by,), chosen) for by in ("audience", "day")}
    subregions, by_region = table.subregions(chosen), table.groups_by_region(chosen)
    groups = _in_order(campaign, table.groups(chosen))
    empty: dict[date, dict[str, int | None]] = {
        day: {} for day in chosen.day or campaign.days if day <= last_day
    }
    return render_template(
        "figures/released.html",
        campaign=campaign,
        strip=strip,
        total=parts["audience"],
        coming=next_release(campaign, now),
        parts=parts,
        groups=groups,
        by_group=sorted(parts["audience"].rows, key=lambda row: groups.index(row["audience"])),
        days_note=released.days_note(campaign, parts["audience"], last_day),
        days=dict(sorted((empty | table.groups_by_day(chosen)).items())),
        day_totals={row["day"]: row["visits"] for row in parts["day"].rows},
        regions={code: by_region[code] for code, _visits in subregions},
        region_totals=dict(subregions),
        chart_level=level_below(chosen.region[0] if len(chosen.region) == 1 else None),
        released_codes=table.released_codes(),
        source=_source(campaign, table.released_codes()),
        query=request.query_string.decode("ascii", "replace"),
    )


def _in_order(campaign: Campaign, keys: Sequence[str]) -> list[str]:
    order = [term.key for term in campaign.groups]
    return sorted(keys, key=lambda key: (key not in order, order.index(key) if key in order else 0, key))


@pages.get("/<campaign_id>/figures.<any(json, csv, xlsx):kind>")
def page_file(campaign_id: str, kind: str) -> Response:
    """The same as a file: of a rehearsal everything, else what is released."""
    campaign, now = find_campaign(campaign_id), clock.now()
    by = parse_by(request.args.get("by", ""))
    if not is_open(campaign):
        return released.described(campaign, _released_file(campaign, now, by, kind))
    _refuse_costly(request.args)
    figures = parse_query(campaign, request.args).answer(now)
    if kind == "json":
        return as_json(figures, campaign)
    source = _source(campaign)
    if kind == "csv":
        return as_csv(figures, campaign, by, source.file)
    notes = sheet_tables.notes(campaign, now, source.words)
    return workbook([open_table(figures, campaign, by)], notes, file_name(source.file, by))


def _released_file(campaign: Campaign, now: datetime, by: tuple[str, ...], kind: str) -> Response:
    figures, last_day = _public_figures(campaign, now)
    if kind == "json":
        return released.as_json(campaign, figures, last_day)
    table, name = released.table(campaign, figures, by), file_name(_source(campaign).file, by)
    if released.days_note(campaign, figures, last_day):  # the text table itself has no place to say so
        name += f"-to-{last_day.isoformat()}"
    if kind == "csv":
        return sheets_csv(table, name)
    return workbook([table], released.notes(campaign, figures, last_day), name)


def _source(campaign: Campaign, released_codes: Sequence[str] = ()) -> PartName:
    """What the request's figures are of."""
    chosen = filters.parse(campaign, request.args)
    return part_name(campaign, Area(campaign.id), chosen, released=released_codes)


@pages.get("/<campaign_id>/figures/dataset.jsonld")
def dataset(campaign_id: str) -> Response:
    """The figures as a DCAT dataset."""
    campaign, now = find_campaign(campaign_id), clock.now()
    as_of, last_day = now, campaign.today(now)
    if not is_open(campaign):
        table = _public_table(campaign, now)
        as_of, last_day = table.as_of, table.last_day(campaign.today(table.as_of))
    response = jsonify(released.dataset(campaign, clock.instant_text(as_of, campaign.zone), last_day))
    response.content_type = "application/ld+json"
    return response
