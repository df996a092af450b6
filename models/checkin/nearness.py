"""Whether a phone that opened a poster's code was at the place: asked only where the organizer wants it, answered only if
the visitor likes. The phone itself compares; what comes back is yes, no or not told, never a position (rule 11).
"""

from dataclasses import dataclass

from models.codes.venue_codes import CodeMethod, VenueCode
from models.errors import N_, Mistake
from models.events.tables import Event
from models.ledger.tables import Nearness
from models.places.gcj02 import to_gcj02
from models.places.tables import Venue

LEAST, MOST = 100, 5000  # metres: less is within a phone's error, more says nothing


@dataclass(frozen=True)
class Area:
    """Within `metres` of one of the points (latitude, longitude in degrees) is near. A point stands here as WGS-84 and,
    in the mainland, as GCJ-02 too: some browsers there tell the shifted position."""

    metres: int
    points: tuple[tuple[float, float], ...]


def asked(code: VenueCode) -> Area | None:
    """What a phone behind this code is asked to compare with; None where nobody asks: another kind of code, no distance
    set, or no venue of which the coordinates are known."""
    event, points = code.event, _points(code.event)
    if code.method != CodeMethod.PRINTED or event.near_metres is None or not points:
        return None
    return Area(event.near_metres, tuple(sorted(points | {to_gcj02(*point) for point in points})))


def has_coordinates(event: Event) -> bool:
    """Whether a phone would have something to compare its place with."""
    return bool(_points(event))


def _points(event: Event) -> set[tuple[float, float]]:
    return {
        (venue.latitude, venue.longitude)
        for venue in venues_of(event)
        if venue.latitude is not None and venue.longitude is not None
    }


def venues_of(event: Event) -> list[Venue]:
    """Every place of an event, each once."""
    found = [row.venue for row in event.venues] + [one.venue for one in event.occurrences if one.venue]
    return list(dict.fromkeys(found))


def answer(area: Area | None, told: str | None) -> Nearness | None:
    """What is kept of a form's answer: NEAR or FAR as told, else NOT_TOLD; None where nobody asked."""
    if area is None:
        return None
    return Nearness(told) if told in (Nearness.NEAR, Nearness.FAR) else Nearness.UNKNOWN


def check_metres(metres: int | None) -> None:
    """Raises Mistake for a distance that cannot be asked for. None: nobody asks."""
    if metres is not None and not LEAST <= metres <= MOST:
        raise Mistake(N_("Choose a distance of %(least)s to %(most)s metres."), least=LEAST, most=MOST)
