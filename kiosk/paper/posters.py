"""Posters: an event with its venue code, on paper of several formats. Calm, black on white, sparing with ink."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from typing import BinaryIO

from flask import Blueprint, Flask, Response, make_response, render_template, request
from flask_babel import force_locale
from flask_login import current_user, login_required
from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from kiosk.paper import formats
from kiosk.paper.formats import Art, Format, Sheet
from kiosk.paper.pdf import A4, DPI, Paper, Placed
from models import clock
from models.campaigns.tables import Campaign
from models.codes import venue_codes
from models.codes.venue_codes import VenueCode
from models.db import db
from models.drawing import qr
from models.drawing.text_layout import Face, blank, broken, draw, fitted, ink, width
from models.errors import N_, Conflict
from models.events import scope
from models.events.tables import Event, EventStatus, EventVenue, Occurrence
from models.installation import site

bp = Blueprint("posters", __name__)

BATCH = 100  # posters whose rows are in memory at once
SITTINGS = 3  # lines that say when, at most
WIDE, HIGH = A4


def mm(length: float) -> int:
    return round(length * DPI / 25.4)


MARGIN = mm(22)
ROOM = WIDE - 2 * MARGIN
CODE = mm(97)  # at most, with its quiet zone
CODE_TOP = mm(141)
DOTS = 4  # stored for each module of a code
CORNER_LONG, CORNER_WIDE = mm(9), mm(1)
HEAD_TOP, EVENT_TOP, EVENT_HIGH = mm(18), mm(51), mm(88)
DO_TOP, FOOT_TOP = mm(243), mm(277)

NAME, THEME, DAY = Face(92, 500), Face(60, 400), Face(46, 500)
TITLES = [Face(size, 700) for size in (176, 156, 138, 122, 108, 92, 80, 80, 80)]
TITLE_LINES = [2, 3, 3, 4, 4, 5, 5, 4, 3]
SMALL = [
    Face(size, 500) for size in (74, 74, 72, 68, 64, 58, 52, 52, 52)
]  # when and where, beside each of them
DO, DO_SMALL, FOOT = Face(108, 700), Face(46, 400), Face(38, 400)

NO_POSTER = N_("This event is cancelled. There is no check-in and so no poster.")
WHAT_TO_DO = "用手机扫码签到，不需要姓名"
WHAT_TO_DO_SMALL = "Scan with your phone to check in. No name needed."


def register(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/desk/events/<int:event_id>/poster.pdf")
@login_required
def poster(event_id: int) -> Response:
    form = formats.find(request.args.get("format", formats.A4_PAGE.key))
    event = scope.event_for(current_user, event_id)
    if event.status == EventStatus.CANCELLED:
        raise Conflict(NO_POSTER)
    now = clock.now()
    response = make_response(poster_pdf([venue_codes.code_for_event(event, now)], now, form))
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="poster-{event_id}-{form.key}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def poster_pdf(wanted: Sequence[VenueCode], now: datetime, form: Format = formats.A4_PAGE) -> bytes:
    """A poster for each code."""
    out = BytesIO()
    write_posters(out, [code.number for code in wanted], now, form=form)
    return out.getvalue()


def write_posters(
    out: BinaryIO,
    numbers: Sequence[int],
    now: datetime,
    done: Callable[[int], object] = lambda posters: None,
    form: Format = formats.A4_PAGE,
) -> None:
    """A poster for each code number, in their order, written as it is drawn; done(1) is called after each."""
    sheet: Sheet | None = None
    shared: dict[str, Art] = {}
    for code in _in_batches(numbers):
        campaign = code.event.campaign
        sheet = sheet or Sheet(out, f"{campaign.name_zh} 现场码", form)
        if campaign.id not in shared:
            shared[campaign.id] = _on_every_page(sheet.paper, campaign)
        sheet.add(shared[campaign.id] | _of_its_own(sheet.paper, code, now))
        done(1)
    if sheet is not None:
        sheet.close()


def _in_batches(numbers: Sequence[int]) -> Iterator[VenueCode]:
    asked = select(VenueCode).options(
        joinedload(VenueCode.key),
        joinedload(VenueCode.venue),
        joinedload(VenueCode.event).options(
            joinedload(Event.campaign),
            joinedload(Event.region),
            selectinload(Event.occurrences).joinedload(Occurrence.venue),
            selectinload(Event.venues).joinedload(EventVenue.venue),
        ),
    )
    for start in range(0, len(numbers), BATCH):
        part = numbers[start : start + BATCH]
        rows = {row.number: row for row in db.session.scalars(asked.where(VenueCode.number.in_(part)))}
        yield from (rows[number] for number in part)


def _on_every_page(paper: Paper, campaign: Campaign) -> Art:
    """Whose week it is, the frame of the code, what to do: stored once in the document."""
    return {
        "head": Placed(paper.picture(_head(campaign)), MARGIN, HEAD_TOP),
        "frame": Placed(paper.picture(_corners()), (WIDE - CODE) // 2, CODE_TOP),
        "do": Placed(paper.picture(_what_to_do()), MARGIN, DO_TOP),
    }


def _of_its_own(paper: Paper, code: VenueCode, now: datetime) -> Art:
    symbol = paper.picture(_symbol(code.token(now)))
    size = (CODE - 2 * CORNER_WIDE) // (symbol.width // DOTS) / DOTS  # as large as whole dots allow
    return {
        "event": Placed(paper.picture(_event(code.event, _places(code))), MARGIN, EVENT_TOP),
        "code": Placed(
            symbol, (WIDE - symbol.width * size) / 2, CODE_TOP + (CODE - symbol.height * size) / 2, size
        ),
        "foot": Placed(paper.picture(_foot(code)), MARGIN, FOOT_TOP),
    }


@lru_cache(maxsize=1)
def _what_to_do() -> Image.Image:
    image, canvas = blank(ROOM, mm(19))
    draw(canvas, WHAT_TO_DO, DO, ROOM / 2, 0)
    draw(canvas, WHAT_TO_DO_SMALL, DO_SMALL, ROOM / 2, mm(13))
    return ink(image)


def _head(campaign: Campaign) -> Image.Image:
    """Whose week it is, above a fine line."""
    image, canvas = blank(ROOM, mm(26))
    face, lines = fitted(campaign.name_zh, [NAME, Face(70, 500)], ROOM, [1, 1])
    draw(canvas, lines[0], face, ROOM / 2, 0)
    if campaign.theme_zh:
        face, lines = fitted(campaign.theme_zh, [THEME, Face(48)], ROOM, [1, 1])
        draw(canvas, lines[0], face, ROOM / 2, mm(11))
    canvas.rectangle((0, mm(24), ROOM, mm(24) + 3), fill=0)
    return ink(image)


def _event(event: Event, places: list[str]) -> Image.Image:
    """The days of the week; the title, then when and where, in the middle of what is left."""
    image, canvas = blank(ROOM, EVENT_HIGH)
    top = _strip(canvas, event)
    lines = _set(event.title, *_told(event, places), EVENT_HIGH - top - mm(4))
    top += (EVENT_HIGH - top - sum(line.high for line in lines)) // 2
    for line in lines:
        draw(canvas, line.text, line.face, ROOM / 2, top + line.above)
        top += line.high
    return ink(image)


@dataclass(frozen=True)
class _Line:
    text: str
    face: Face
    high: int  # with the space above it
    above: int = 0


def _set(title: str, times: list[str], where: str, room: int) -> list[_Line]:
    """The lines of an event in the largest faces that fit the height; what no face can fit is cut from the title."""
    found: list[_Line] = []
    for face, most, small in zip(TITLES, TITLE_LINES, SMALL, strict=True):
        if len(broken(title, face, ROOM)) > most and face != TITLES[-1]:
            continue
        face, lines = fitted(title, [face], ROOM, [most])
        found = [_Line(text, face, round(face.size * 1.28)) for text in lines]
        for number, text in enumerate([*times, where]):
            size, parts = fitted(text, [small, SMALL[-1]], ROOM, [1 if number < len(times) else 2] * 2)
            above = mm(4) if number == 0 else mm(1.5) if number == len(times) else 0
            for part in parts:
                found.append(_Line(part, size, round(size.size * 1.38) + above, above))
                above = 0
        if sum(line.high for line in found) <= room:
            break
    return found


def _strip(canvas: ImageDraw.ImageDraw, event: Event) -> int:
    """The days of the week as small boxes, those of this event filled. Answers where it ends."""
    campaign = event.campaign
    days = campaign.days
    on = {day for day in days for sitting in event.occurrences if sitting.start_day <= day <= sitting.end_day}
    if not on or len(days) > 14:
        return 0
    wide, high, between = mm(13), mm(8), mm(2)
    left = (ROOM - len(days) * (wide + between) + between) // 2
    for day in days:
        _day_box(canvas, day, (left, 0, left + wide, high), day in on)
        left += wide + between
    return high + mm(6)


def _day_box(canvas: ImageDraw.ImageDraw, day: date, box: tuple[int, int, int, int], filled: bool) -> None:
    left, top, right, bottom = box
    if filled:
        canvas.rounded_rectangle(box, mm(1), fill=0)
    else:
        canvas.rounded_rectangle(box, mm(1), outline=0, width=2)
    canvas.text(
        ((left + right) / 2, (top + bottom) / 2),
        f"{day.day}",
        font=DAY.font,
        fill=255 if filled else 0,
        anchor="mm",
    )


def _places(code: VenueCode) -> list[str]:
    """Where it is: the place of this code, else the places of the sittings, else what was told."""
    if code.venue:
        return [code.venue.name]
    event = code.event
    sittings = [sitting.venue.name for sitting in event.occurrences if sitting.venue]
    listed = [row.venue.name for row in event.venues]
    told = [event.venue_text] if event.venue_text else []
    return list(dict.fromkeys(sittings or listed or told))


def _told(event: Event, places: list[str]) -> tuple[list[str], str]:
    """The lines that say when, and the one that says where."""
    held = [sitting for sitting in event.occurrences if sitting.status != EventStatus.CANCELLED]
    shown = SITTINGS if len(held) <= SITTINGS else SITTINGS - 1
    with force_locale("zh"):
        text = render_template("kiosk/paper/poster.txt", sittings=held, shown=shown, places=places)
    times, where = text.split("--\n", 1)
    return times.splitlines(), where.strip()


def _symbol(token: str) -> Image.Image:
    """The code, a few dots a module: the page makes it large, which is quicker than storing it so."""
    return qr.bitmap(qr.symbol(site().code_url("V", token), qr.VENUE_LEVEL, quick=True), DOTS)


@lru_cache(maxsize=1)
def _corners() -> Image.Image:
    """Four corners around the code, like those of a phone's viewfinder."""
    image, canvas = blank(CODE, CODE)
    last = CODE - 1
    for wide, high in ((CORNER_LONG, CORNER_WIDE), (CORNER_WIDE, CORNER_LONG)):
        for left in (0, last - wide):
            for top in (0, last - high):
                canvas.rectangle((left, top, left + wide, top + high), fill=0)
    return ink(image)


def _foot(code: VenueCode) -> Image.Image:
    """Where to read on, and which print this is."""
    image, canvas = blank(ROOM, mm(9))
    canvas.rectangle((0, 0, ROOM, 2), fill=0)
    event = code.event
    address = site().url(f"/{event.campaign_id}/events/{event.id}").split("://", 1)[1]
    print_of = f"活动 {event.id}　现场码 {code.number}　第 {code.issue} 版"
    for text, left in ((address, width(address, FOOT) / 2), (print_of, ROOM - width(print_of, FOOT) / 2)):
        draw(canvas, text, FOOT, left, mm(3))
    return ink(image)
