"""Participants of the country, as far as they are public. Pure."""

from dataclasses import dataclass

from models.figures.publication.withholding import SMALLEST


@dataclass(frozen=True)
class PublicParticipants:
    """shown: None where they are withheld. last: what was shown last."""

    shown: int | None = None
    last: int | None = None


def public_participants(counted: int, visits: int, before: PublicParticipants) -> PublicParticipants:
    """A change of under 5 waits, as in the cells; there are never more than visits. before: of the last release."""
    number, last = min(counted, visits), before.last
    if last is not None and abs(number - last) < SMALLEST:
        return PublicParticipants(last if last <= visits else None, last)
    if number < SMALLEST:
        return PublicParticipants(None, last)
    return PublicParticipants(number, number)
