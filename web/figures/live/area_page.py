"""The live view of many events at the desk: an office's region and line, the committee's country, an organization's own."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from flask import Blueprint, Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from models import clock
from models.campaigns.tables import Campaign, TermKind, find_campaign
from models.db import db, snapshot
from models.errors import N_, NotFound
from models.figures import event_overview
from models.figures.by_group import groups_by_day, groups_by_region
from models.figures.count import figures
from models.figures.dimensions import parse_level
from models.live.area import Area, area_for, area_of, sums_digest
from models.live.area_figures import (
    AreaFigures,
    SlowFigures,
    area_figures,
    shown_day,
)
from models.live.attention import attention_of
from models.live.quarters import DayCourse, day_course
from models.live.tiles import parts_of
from models.live.wall import shade_of
from models.organizations.tables import Account
from models.places import regions
from web.figures import sheets
from web.figures.exports import as_csv
from web.figures.live import event_page as live
from web.figures.live import views as live_views
from web.figures.live.messages import Payload
from web.figures.live.snapshots import LiveSnapshot
from web.figures.live.views import View
from web.figures.part_names import part_name
from web.figures.sheet_tables import course_table, slot_time
from web.words.terms import language

CSV_BY = {
    "day": ("day", "audience"),
    "region": ("region", "audience"),
    "audience": ("audience",),
    "method": ("method",),
    "format": ("format",),
    "event": ("event",),
}

pages = Blueprint("desk_live", __name__, url_prefix="/desk")

SLOW_LEAST = timedelta(seconds=3)


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    live_views.add_reader(app, Area, _view)
    app.jinja_env.globals.update(slot_time=slot_time, shade_of=shade_of, level_below=regions.level_below)


@pages.get("/live")
@login_required
def page() -> ResponseReturnValue:
    now = clock.now()
    campaigns = event_overview.campaigns_of(current_user)
    campaign = event_overview.select_campaign(campaigns, request.args.get("campaign"), now)
    if campaign is None:
        raise NotFound(N_("There is no week yet."))
    area = _area(current_user, campaign)
    view = _present(area, now)
    payload = view.payload()
    whole, source = area_of(current_user, campaign), part_name(campaign, area)
    return render_template(
        "figures/area_live.html",
        campaign=campaign,
        campaigns=campaigns,
        area=area,
        title=source.words,
        source=source,
        trail=_trail(whole, area),
        lines=[] if whole.line else campaign.terms_of(TermKind.LINE),
        has_wall=not area.line and area.organization_id is None,
        now=now,
        html=payload["html"],
        tag=live_views.tag_of(view),
        address=address,
    )


@pages.get("/live.json")
@login_required
def page_json() -> Response:
    campaign = find_campaign(request.args.get("campaign", ""))
    return live_views.json_answer(_present(_area(current_user, campaign), clock.now()))


@pages.get("/live.events")
@login_required
def page_events() -> ResponseReturnValue:
    campaign = find_campaign(request.args.get("campaign", ""))
    area, campaign_id = _area(current_user, campaign), campaign.id

    def reaches(account: Account) -> bool:
        return area_for(account, find_campaign(campaign_id), area.region, area.line) == area

    return live_views.stream_answer(area, live.signed_in_and(reaches))


@pages.get("/live.csv")
@login_required
def page_csv() -> Response:
    """The data of a chart: visits by group of each day, of each region, of each quarter hour of the day that is shown; or the
    visits of each group, method, form of activity or event."""
    campaign, now = find_campaign(request.args.get("campaign", "")), clock.now()
    area = _area(current_user, campaign)
    if request.args.get("by") == "hour":
        course = _snapshot(campaign, area, now).figures.slow.course
        return sheets.as_csv(
            course_table(campaign, course), f"figures-{part_name(campaign, area).file}-{course.day}"
        )
    by = CSV_BY.get(request.args.get("by", ""), CSV_BY["region"])
    level = parse_level(request.args.get("level", ""))
    counted = figures(campaign, now, by, area.part, level=level)
    return as_csv(counted, campaign, by, part_name(campaign, area).file)


def _course(campaign: Campaign, area: Area, now: datetime) -> DayCourse:
    day = shown_day(campaign, now)
    of_day = figures(campaign, now, ("day",), replace(area.part, days=(day,))).visits
    return day_course(campaign, area, day, of_day)


def address(area: Area, ending: str = "") -> str:
    """Of a live view, or of its figures: .json, .csv or .events."""
    parts = (f"&region={area.region}" if area.region else "") + (f"&line={area.line}" if area.line else "")
    return f"/desk/live{ending}?campaign={area.campaign_id}{parts}"


def _area(account: Account, campaign: Campaign) -> Area:
    return area_for(account, campaign, request.args.get("region", ""), request.args.get("line", ""))


def _trail(whole: Area, area: Area) -> list[Area]:
    """The areas above this one, as far as the account reaches."""
    if whole.region == area.region:
        return []
    codes = [
        code
        for code in regions.ancestors(area.region)
        if (not whole.region or regions.is_below(code, whole.region)) and code != whole.region
    ]
    shown = {row.code for code in ("", *codes) for row in parts_of(code)}
    return [
        replace(area, region=whole.region),
        *(replace(area, region=code) for code in codes if code in shown),
    ]


def _present(area: Area, now: datetime) -> View:
    view = _view(area, now)
    if view is None:
        raise NotFound(N_("There is no campaign “%(id)s”."), id=area.campaign_id[:40])
    return view


def _view(area: Area, now: datetime) -> View | None:
    campaign = db.session.get(Campaign, area.campaign_id)
    if campaign is None:
        return None
    counted = _snapshot(campaign, area, now)
    return View(counted.tag, lambda: _payload(campaign, area, counted.figures))


def _snapshot(campaign: Campaign, area: Area, now: datetime) -> LiveSnapshot[AreaFigures]:
    """The figures of an area as its page shows them."""

    parts, key = live_views.slow_parts(), ("area", area)

    def count() -> AreaFigures:
        with snapshot():  # its parts add up to one total
            seldom = parts.of(key, now, SLOW_LEAST, partial(_slow_figures, area))
            return area_figures(campaign, area, now, seldom)

    return live_views.snapshots().of(area, now, lambda: sums_digest(area) + parts.version(key), count)


def _slow_figures(area: Area, now: datetime) -> SlowFigures:
    """Raises NotFound where the campaign is gone."""
    campaign = find_campaign(area.campaign_id)
    return SlowFigures(
        _course(campaign, area, now),
        attention_of(campaign, area, now),
        groups_by_day(campaign, area.part),
        groups_by_region(campaign, area.part, area.region),
    )


def _payload(campaign: Campaign, area: Area, shown: AreaFigures) -> Payload:
    names = tuple(shown.groups)

    def drawing(template: str) -> str:
        def draw() -> str:
            return render_template(
                template,
                campaign=campaign,
                area=area,
                groups=names,
                today=shown.today,
                slow=shown.slow,
                course=shown.slow.course,
                attention=shown.slow.attention,
                address=address,
            )

        key = template, area, language(), names, shown.today
        return live_views.slow_parts().drawing(key, shown.slow, draw)

    return {
        "as_of": clock.instant_text(shown.as_of, campaign.zone),
        "visits": shown.visits,
        "participants": shown.participants,
        "sentence": live.figures_sentence(shown.visits, shown.participants),
        "html": render_template(
            "figures/area_live_parts.html",
            campaign=campaign,
            area=area,
            figures=shown,
            running=shown.slow.attention.running,
            charts=drawing("figures/area_charts.html"),
            sessions=drawing("figures/area_sessions.html"),
            address=address,
            below={code: replace(area, region=code) for code, _visits in shown.regions if code},
        ),
    }
