"""The wall: a campaign, a province, a city or a county for the screen of a hall.

For everybody where the figures are released, and at the desk for who reaches them before. Both look alike and are kept fresh by
the same watcher as all live views.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask import Blueprint, Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from models import clock
from models.campaigns.tables import Campaign, find_campaign
from models.db import db, snapshot
from models.drawing.qr import Outline, outline
from models.errors import N_, NotFound
from models.figures.publication.release import is_open, released_part
from models.installation import site
from models.live.area import Area, area_for, sums_digest
from models.live.released_wall import released_wall
from models.live.tiles import places
from models.live.wall import Wall, wall_of
from models.organizations.tables import Account
from models.places import regions
from models.places.english import english_name
from models.public import filters
from models.security.networks import network_of
from models.text.fingerprint import fingerprint
from web import threads
from web.figures.live import area_page
from web.figures.live import event_page as live
from web.figures.live import views as live_views
from web.figures.live.messages import Payload
from web.figures.live.views import View
from web.figures.pages import NotReleasedError
from web.figures.part_names import part_name
from web.words.terms import language, region_name

pages = Blueprint("wall", __name__)
desk = Blueprint("desk_wall", __name__, url_prefix="/desk")

LEAVE_FREE = 500  # places for live pages of the desk, however many strangers open the wall
CURVE = 1000, 180  # width and height of the drawing


@dataclass(frozen=True)
class WallKey:
    """What is watched. desk: links lead to the desk, and nothing needs to be released."""

    area: Area
    desk: bool

    def address(self, region: str | None = None) -> str:
        """Of the wall of a region; None: of its own."""
        code = self.area.region if region is None else region
        query = f"region={code}" if code else ""
        if self.desk:
            return f"/desk/wall?campaign={self.area.campaign_id}" + (f"&{query}" if query else "")
        return f"/{self.area.campaign_id}/wall" + (f"?{query}" if query else "")

    def csv(self, by: str) -> str:
        """The address of a chart's data: visits by day, region, audience, format or event."""
        level = regions.level_below(self.area.region)
        if self.desk:
            return area_page.address(self.area, ".csv") + f"&by={by}&level={level}"
        region = f"&region={self.area.region}" if self.area.region else ""
        return f"/{self.area.campaign_id}/figures.csv?by={by}{region}&level={level}"

    def part(self, ending: str) -> str:
        """The address of its figures: .json or .events."""
        path, mark, query = self.address().partition("?")
        return f"{path}{ending}{mark}{query}"


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.register_blueprint(desk)
    live_views.add_reader(app, WallKey, _view)
    app.jinja_env.globals["tile_name"] = tile_name


@pages.get("/<campaign_id>/wall")
def page(campaign_id: str) -> ResponseReturnValue:
    campaign, key = _public(campaign_id)
    return _page(campaign, key, _view(key, clock.now()), "")


@pages.get("/<campaign_id>/wall.json")
def page_json(campaign_id: str) -> Response:
    _campaign, key = _public(campaign_id)
    return live_views.json_answer(_released_view(key))


@pages.get("/<campaign_id>/wall.events")
def page_events(campaign_id: str) -> ResponseReturnValue:
    _campaign, key = _public(campaign_id)
    _released_view(key)
    app = threads.application()

    def is_released() -> bool:
        with app.app_context():
            return _view(key, clock.now()) is not None

    return live_views.stream_answer(
        key, is_released, LEAVE_FREE, network_of(request.remote_addr or "unknown")
    )


@desk.get("/wall")
@login_required
def desk_page() -> ResponseReturnValue:
    campaign, key = _of_account(current_user)
    return _page(campaign, key, _present(key), area_for(current_user, campaign).region)


@desk.get("/wall.json")
@login_required
def desk_json() -> Response:
    _campaign, key = _of_account(current_user)
    return live_views.json_answer(_present(key))


@desk.get("/wall.events")
@login_required
def desk_events() -> ResponseReturnValue:
    campaign, key = _of_account(current_user)
    campaign_id, region = campaign.id, key.area.region

    def reaches(account: Account) -> bool:
        return _key_of(account, find_campaign(campaign_id), region) == key

    return live_views.stream_answer(key, live.signed_in_and(reaches))


def _public(campaign_id: str) -> tuple[Campaign, WallKey]:
    campaign = find_campaign(campaign_id)
    chosen = filters.parse(campaign, request.args).region
    return campaign, WallKey(Area(campaign.id, chosen[0] if chosen else ""), desk=False)


def _of_account(account: Account) -> tuple[Campaign, WallKey]:
    campaign = find_campaign(request.args.get("campaign", ""))
    return campaign, _key_of(account, campaign, request.args.get("region", ""))


def _key_of(account: Account, campaign: Campaign, region: str) -> WallKey:
    """Raises NotFound where the account does not see the whole region: a line, or one organization, has no wall."""
    area = area_for(account, campaign, region)
    if area.line or area.organization_id is not None:
        raise NotFound(N_("Your account has no wall: it does not reach a whole region."))
    return WallKey(area, desk=True)


def _released_view(key: WallKey) -> View:
    view = _view(key, clock.now())
    if view is None:
        raise NotReleasedError(N_("The figures of this week have not been published yet."))
    return view


def _present(key: WallKey) -> View:
    view = _view(key, clock.now())
    if view is None:
        raise NotFound(N_("There is no campaign “%(id)s”."), id=key.area.campaign_id[:40])
    return view


def _view(key: WallKey, now: datetime) -> View | None:
    campaign = db.session.get(Campaign, key.area.campaign_id)
    if campaign is None:
        return None
    if not key.desk and not is_open(campaign):
        return _released(campaign, key, now)

    def count() -> Wall:
        with snapshot():  # its parts add up to one total
            return wall_of(campaign, key.area, now)

    found = live_views.snapshots().of(("wall", key.area), now, lambda: sums_digest(key.area), count)
    return View(found.tag, lambda: _payload(campaign, key, found.figures))


def _released(campaign: Campaign, key: WallKey, now: datetime) -> View | None:
    """From the frozen table; None before the release."""
    table = released_part(campaign, now)
    wall = released_wall(campaign, table, key.area.region) if table is not None else None
    if table is None or wall is None:
        return None
    return View(
        fingerprint(wall.as_of, wall.today, sorted(table.nodes)),
        lambda: _payload(campaign, key, wall, table.released_codes()),
    )


def _payload(campaign: Campaign, key: WallKey, wall: Wall, released: Sequence[str] = ()) -> Payload:
    return {
        "as_of": clock.instant_text(wall.as_of, campaign.zone),
        "visits": wall.visits,
        "participants": wall.participants,
        "sentence": _sentence(wall),
        "html": render_template(
            "figures/wall_parts.html",
            campaign=campaign,
            key=key,
            wall=wall,
            source=part_name(campaign, key.area, released=released),
            published=0 if key.area.region else len(released),
            columns=1 + max((tile.place.column for tile in wall.tiles), default=0),
            cells={(tile.place.row, tile.place.column): tile for tile in wall.tiles},
            curve=curve(
                list(wall.days.values()),
                max((number for number, day in enumerate(wall.days) if wall.begun(day)), default=-1),
            ),
        ),
    }


def _sentence(wall: Wall) -> str:
    if wall.visits is None:
        return _("The total number of visits is withheld.")
    if wall.participants is None:
        return _("Visits: %(visits)s.", visits=wall.visits)
    return live.figures_sentence(wall.visits, wall.participants)


@dataclass(frozen=True)
class Curve:
    """Lines through the days up to today, as points of SVG; areas: the same, closed at the ground.

    A day that is withheld has its point at the ground, and lies in none of the lines."""

    points: list[tuple[float, float]]
    lines: list[str]
    areas: list[str]


def curve(values: list[int | None], last: int) -> Curve:
    """values: by day, None: withheld. last: the place of the last day that is drawn, -1: none."""
    width, height = CURVE
    step, most = width / max(1, len(values)), max((value or 0 for value in values), default=0) or 1
    points = [
        (round(step * (number + 0.5), 1), round(height - height * (value or 0) / most, 1))
        for number, value in enumerate(values)
    ]
    begun = zip(points[: last + 1], values[: last + 1], strict=True)
    parts = [
        [point for point, _value in part]
        for is_withheld, part in groupby(begun, key=lambda one: one[1] is None)
        if not is_withheld
    ]
    lines = [" ".join(f"{x},{y}" for x, y in part) for part in parts]
    areas = [
        f"{part[0][0]},{height} {line} {part[-1][0]},{height}"
        for part, line in zip(parts, lines, strict=True)
    ]
    return Curve(points, lines, areas)


def _page(campaign: Campaign, key: WallKey, view: View | None, top: str) -> ResponseReturnValue:
    payload = view.payload() if view else None
    return render_template(
        "figures/wall.html",
        campaign=campaign,
        key=key,
        trail=_trail(key, top),
        now=clock.now(),
        frozen=not key.desk and not is_open(campaign),
        html=payload["html"] if payload else "",
        tag=live_views.tag_of(view) if view else "",
        light=request.args.get("theme") == "light",
        code=_calendar_code(campaign, key.area.region),
    )


def _trail(key: WallKey, top: str) -> list[tuple[str, str]]:
    """The regions above and this one with the address of each wall, from top down; "": the whole country."""
    code = key.area.region
    codes = [*regions.ancestors(code), code] if code else []
    if top:
        codes = [one for one in codes if regions.is_below(one, top)]
    known = regions.regions_by_code()
    whole = [] if top else [("", _("The whole country"))]
    named = [*whole, *((one, region_name(known[one])) for one in codes if places(one) or one == code)]
    return [(name, key.address(one)) for one, name in named]


def tile_name(region: regions.StandardRegion) -> str:
    """The name in daily use: 江苏, Jiangsu."""
    if language() == "zh":
        return region.short
    return "XPCC" if region.code == regions.CORPS else english_name(region)


def _calendar_code(campaign: Campaign, region: str) -> Outline:
    return outline(site().url(f"/{campaign.id}/" + (f"?region={region}" if region else "")))
