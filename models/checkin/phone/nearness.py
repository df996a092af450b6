"""Whether a phone that opened a printed code is near the venue. Off unless the organizer sets a distance; the visitor may
decline. The phone compares by itself and sends yes, no or not told, never a position (rule 11).
"""

from dataclasses import dataclass

from models.codes.venue_codes import CodeMethod, VenueCode
from models.errors import N_, Mistake
from models.events.tables import Event
from models.ledger.tables import Nearness
from models.places.gcj02 import to_gcj02
from models.places.tables import Venue

MIN_METRES, MAX_METRES = 100, 5000  # less is within a phone's error; more says nothing


@dataclass(frozen=True)
class Area:
    """Near is within `metres` of one of the points (latitude, longitude in degrees). In the mainland, each point is given in
    WGS-84 and in GCJ-02, because some browsers there report shifted positions."""

    metres: int
    points: tuple[tuple[float, float], ...]


def area_of(code: VenueCode) -> Area | None:
    """The area that a phone with this code compares with; None where it is not asked: another kind of code, no distance
    set, or no venue with coordinates."""
    event, points = code.event, _points(code.event)
    if code.method != CodeMethod.PRINTED or event.near_metres is None or not points:
        return None
    return Area(event.near_metres, tuple(sorted(points | {to_gcj02(*point) for point in points})))


def has_coordinates(event: Event) -> bool:
    """Whether a venue of the event has coordinates."""
    return bool(_points(event))


def _points(event: Event) -> set[tuple[float, float]]:
    return {
        (venue.latitude, venue.longitude)
        for venue in venues_of(event)
        if venue.latitude is not None and venue.longitude is not None
    }


def venues_of(event: Event) -> list[Venue]:
    """The venues of an event and of its occurrences, each once."""
    venues = [row.venue for row in event.venues]
    venues += [occurrence.venue for occurrence in event.occurrences if occurrence.venue]
    return list(dict.fromkeys(venues))


def parse_answer(area: Area | None, text: str | None) -> Nearness | None:
    """The answer in a form field; UNKNOWN for any other text. None where the phone was not asked."""
    if area is None:
        return None
    return Nearness(text) if text in (Nearness.NEAR, Nearness.FAR) else Nearness.UNKNOWN


def check_metres(metres: int | None) -> None:
    """Raises Mistake for a distance out of range. None: phones are not asked."""
    if metres is not None and not MIN_METRES <= metres <= MAX_METRES:
        raise Mistake(
            N_("Choose a distance of %(least)s to %(most)s metres."), least=MIN_METRES, most=MAX_METRES
        )
