"""Posters: an event with its venue code, on paper of several formats, as one PDF."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import BinaryIO

from flask import Blueprint, Flask, Response, make_response, request
from flask_login import current_user, login_required
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from kiosk.paper import formats, poster_layout
from kiosk.paper.formats import Format, Poster
from kiosk.paper.poster_layout import Parts
from models import clock
from models.codes import venue_codes
from models.codes.venue_codes import VenueCode
from models.db import db
from models.drawing import fonts, pdf
from models.drawing.page import lines_of
from models.errors import N_, Conflict
from models.events import scope
from models.events.tables import Event, EventStatus, EventVenue, Occurrence

bp = Blueprint("posters", __name__)

BATCH = 100  # posters whose rows are in memory at once

NO_POSTER = N_("This event is cancelled. There is no check-in and so no poster.")


def register(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals["unprintable"] = unprintable


def unprintable(event: Event) -> list[str]:
    """The characters of an event that no font here has; on paper and in pictures they are boxes."""
    venues = [row.venue.name for row in event.venues]
    occurrences = [occurrence.venue.name for occurrence in event.occurrences if occurrence.venue]
    campaign = event.campaign
    return fonts.missing(
        event.title, event.venue_text or "", *venues, *occurrences, campaign.name_zh, campaign.theme_zh or ""
    )


@bp.get("/desk/events/<int:event_id>/poster.pdf")
@login_required
def poster(event_id: int) -> Response:
    form = formats.find(request.args.get("format", formats.A4_PAGE.key))
    event = scope.event_for(current_user, event_id, scope.runs_check_in)
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
) -> list[str]:
    """A poster for each code number, in their order; done(1) is called after each. Answers the characters that no font
    has: they are boxes."""
    shared: dict[str, Parts] = {}
    posters: list[Poster] = []
    title = ""
    for code in _in_batches(numbers):
        campaign = code.event.campaign
        title = title or f"{campaign.name_zh} 现场码"
        if campaign.id not in shared:
            shared[campaign.id] = poster_layout.of_campaign(campaign)
        posters.append(
            Poster(
                code.event.title,
                poster_layout.ordered(shared[campaign.id] | poster_layout.of_code(code, now)),
            )
        )
        done(1)
    pages = list(formats.pages(posters, form))
    if pages:
        pdf.write(out, title, pages)
    return fonts.missing(*(line.text for page in pages for line in lines_of(page.items)))


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
