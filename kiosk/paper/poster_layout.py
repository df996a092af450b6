"""What stands on a poster and where, on A4: the week, the event, its code, what to do. Calm, black on white, sparing
with ink. Formats (kiosk/paper/formats.py) make these parts smaller and move them."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import render_template
from flask_babel import force_locale

from models.campaigns.tables import Campaign
from models.codes import short_codes
from models.codes.venue_codes import VenueCode
from models.drawing.page import A4, HEADING, WHITE, Box, Code, Item, Line, Paragraph, centred, mm, said
from models.drawing.qr import VENUE_LEVEL
from models.drawing.text_layout import Face, broken, fitted, width
from models.events.tables import Event, OccurrenceStatus
from models.installation import site

Parts = dict[str, tuple[Item, ...]]  # a poster's parts by name
READ = ("head", "event", "frame", "code", "do", "type", "foot")

OCCURRENCES = 3  # lines that say when, at most
WIDE = A4[0]
MIDDLE = WIDE / 2
MARGIN = mm(22)
ROOM = WIDE - 2 * MARGIN
CODE, CODE_TOP = mm(97), mm(141)  # the frame around the code
CORNER_LONG, CORNER_WIDE = mm(9), mm(1)
HEAD_TOP, EVENT_TOP, EVENT_HIGH = mm(18), mm(51), mm(88)
DO_TOP, TYPE_TOP, FOOT_TOP = mm(243), mm(265), mm(277)
HAIR = 0.7

NAMES = [Face(22, 500), Face(17, 500)]
THEMES = [Face(14.4), Face(11.5)]
DAY = Face(11, 500)
_TITLE_SIZES = (42, 37.5, 33, 29, 26, 22, 19, 19, 19)
TITLES = [Face(size, 700) for size in _TITLE_SIZES]
TITLE_LINES = [2, 3, 3, 4, 4, 5, 5, 4, 3]
SMALL = [
    Face(size, 500) for size in (18, 18, 17.5, 16.5, 15.5, 14, 12.5, 12.5, 12.5)
]  # when and where, beside them
DO, DO_SMALL, FOOT = Face(26, 700), Face(11), Face(9)
TYPED = [Face(16, 500), Face(13, 500), Face(10, 500)]

WHAT_TO_DO = "用手机扫码签到，不需要姓名"
WHAT_TO_DO_SMALL = "Scan with your phone to check in. No name needed."
WHAT_TO_TYPE = "扫不了码？打开 {address} 输入 {code}"
ABOUT_CODE = "现场码：用手机扫码签到"


def ordered(parts: Parts) -> Parts:
    """The parts as they are read aloud."""
    return {name: parts[name] for name in READ}


def of_campaign(campaign: Campaign) -> Parts:
    """Whose week it is, the frame of the code, what to do: the same on all posters."""
    return {
        "head": tuple(_head(campaign)),
        "frame": tuple(_corners()),
        "do": (
            said(WHAT_TO_DO, DO, MIDDLE, DO_TOP),
            said(WHAT_TO_DO_SMALL, DO_SMALL, MIDDLE, DO_TOP + mm(13)),
        ),
    }


def of_code(code: VenueCode, now: datetime) -> Parts:
    side = CODE - 2 * CORNER_WIDE
    address = site().code_url("V", code.token(now))
    top = CODE_TOP + CORNER_WIDE
    return {
        "event": tuple(_event(code.event, *_when_and_where(code))),
        "code": (Code(address, VENUE_LEVEL, (WIDE - side) / 2, top, side, ABOUT_CODE),),
        "type": (_what_to_type(code),),
        "foot": tuple(_foot(code)),
    }


def _head(campaign: Campaign) -> list[Item]:
    """The week and its theme above a fine line."""
    face, lines = fitted(campaign.name_zh, NAMES, ROOM, [1, 1])
    items: list[Item] = [said(lines[0], face, MIDDLE, HEAD_TOP)]
    if campaign.theme_zh:
        face, lines = fitted(campaign.theme_zh, THEMES, ROOM, [1, 1])
        items.append(said(lines[0], face, MIDDLE, HEAD_TOP + mm(11)))
    return [*items, Box(MARGIN, HEAD_TOP + mm(24), ROOM, HAIR)]


def _corners() -> list[Item]:
    """Four corners around the code, like those of a phone's viewfinder."""
    left, right, bottom = MIDDLE - CODE / 2, MIDDLE + CODE / 2, CODE_TOP + CODE
    return [
        Box(x if x == left else x - wide, y if y == CODE_TOP else y - high, wide, high)
        for wide, high in ((CORNER_LONG, CORNER_WIDE), (CORNER_WIDE, CORNER_LONG))
        for x in (left, right)
        for y in (CODE_TOP, bottom)
    ]


def _event(event: Event, times: list[str], where: str) -> list[Item]:
    """The days of the week; the title, then when and where, in the middle of what is left."""
    strip = _week_strip(event)
    top, room = EVENT_TOP, EVENT_HIGH
    if strip:
        top, room = top + mm(14), room - mm(14)
    rows = _rows(event.title, times, where, room - mm(4))
    top += (room - sum(row.high for row in rows)) / 2
    title: list[Line] = []
    others: list[Item] = []
    for row in rows:
        line = centred(row.text, row.face, MIDDLE, top + row.above)
        top += row.high
        if row.title:
            title.append(line)
        else:
            others.append(Paragraph((line,)))
    return [*strip, Paragraph(tuple(title), HEADING), *others]


@dataclass(frozen=True)
class _Row:
    text: str
    face: Face
    high: float  # with the space above it
    above: float = 0.0
    title: bool = False


def _rows(title: str, times: list[str], where: str, room: float) -> list[_Row]:
    """The lines of an event in the largest faces that fit the height; what no face can fit is cut from the title."""
    found: list[_Row] = []
    for face, most, small in zip(TITLES, TITLE_LINES, SMALL, strict=True):
        if len(broken(title, face, ROOM)) > most and face != TITLES[-1]:
            continue
        face, lines = fitted(title, [face], ROOM, [most])
        found = [_Row(text, face, face.size * 1.28, title=True) for text in lines]
        for number, text in enumerate([*times, where]):
            size, parts = fitted(text, [small, SMALL[-1]], ROOM, [1 if number < len(times) else 2] * 2)
            above = mm(4) if number == 0 else mm(1.5) if number == len(times) else 0.0
            for part in parts:
                found.append(_Row(part, size, size.size * 1.38 + above, above))
                above = 0.0
        if sum(row.high for row in found) <= room:
            break
    return found


def _week_strip(event: Event) -> list[Item]:
    """The days of the week as small boxes, those of this event filled."""
    days = event.campaign.days
    on = {
        day
        for day in days
        for occurrence in event.occurrences
        if occurrence.start_day <= day <= occurrence.end_day
    }
    if not on or len(days) > 14:
        return []
    wide, between = mm(13), mm(2)
    left = MIDDLE - (len(days) * (wide + between) - between) / 2
    boxes: list[Item] = []
    numbers: list[Line] = []
    for day in days:
        box, number = _day(day, left, day in on)
        boxes.append(box)
        numbers.append(number)
        left += wide + between
    return [*boxes, Paragraph(tuple(numbers), role=None)]


def _day(day: date, left: float, filled: bool) -> tuple[Box, Line]:
    wide, high = mm(13), mm(8)
    edge = 0.0 if filled else 0.5
    digits = 0.733 * DAY.size  # how high they are
    top = EVENT_TOP + (high + digits) / 2 - 0.88 * DAY.size
    line = centred(f"{day.day}", DAY, left + wide / 2, top, WHITE if filled else "#000000")
    return Box(left, EVENT_TOP, wide, high, radius=mm(1), edge=edge), line


def places(code: VenueCode) -> list[str]:
    """Where it is: the place of this code, else the venues of the sessions, else the text of the event."""
    if code.venue:
        return [code.venue.name]
    event = code.event
    occurrences = [occurrence.venue.name for occurrence in event.occurrences if occurrence.venue]
    listed = [row.venue.name for row in event.venues]
    reported = [event.venue_text] if event.venue_text else []
    return list(dict.fromkeys(occurrences or listed or reported))


def _when_and_where(code: VenueCode) -> tuple[list[str], str]:
    """The lines that say when, and the one that says where."""
    held = [
        occurrence for occurrence in code.event.occurrences if occurrence.status != OccurrenceStatus.CANCELLED
    ]
    shown = OCCURRENCES if len(held) <= OCCURRENCES else OCCURRENCES - 1
    with force_locale("zh"):
        text = render_template("kiosk/paper/poster.txt", occurrences=held, shown=shown, places=places(code))
    times, where = text.split("--\n", 1)
    return times.splitlines(), where.strip()


def _what_to_type(code: VenueCode) -> Paragraph:
    """For phones whose camera does not read."""
    address = site().url("/code").split("://", 1)[1]
    typed = short_codes.spaced(short_codes.of_venue_code(code))
    face, lines = fitted(WHAT_TO_TYPE.format(address=address, code=typed), TYPED, ROOM, [1, 1, 1])
    return said(lines[0], face, MIDDLE, TYPE_TOP)


def _foot(code: VenueCode) -> list[Item]:
    """Where to read on, and which print this is."""
    event = code.event
    address = site().url(f"/{event.campaign_id}/events/{event.id}").split("://", 1)[1]
    print_of = f"活动 {event.id}　现场码 {code.number}　第 {code.issue} 版"
    top = FOOT_TOP + mm(3)
    return [
        Box(MARGIN, FOOT_TOP, ROOM, HAIR / 2),
        Paragraph((Line(address, FOOT, MARGIN, top),)),
        Paragraph((Line(print_of, FOOT, MARGIN + ROOM - width(print_of, FOOT), top),)),
    ]
