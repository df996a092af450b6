"""Participants of the country, as far as they are public. Pure."""

from dataclasses import dataclass

from models.figures.publication.withholding import SMALLEST


@dataclass(frozen=True)
class PublicParticipants:
    """shown: None where they are withheld. last: what was shown last. visits: those of that release; None: not kept."""

    shown: int | None = None
    last: int | None = None
    visits: int | None = None


def public_participants(counted: int, visits: int, before: PublicParticipants) -> PublicParticipants:
    """A change of under 5 waits, as in the cells; there are never more than visits. before: of the last release.

    Nor do they grow by more than the visits did: the rest came with visits that wait, and would tell how many these are."""
    number, last = min(counted, visits), before.last
    if last is not None and before.visits is not None:
        number = min(number, last + max(0, visits - before.visits))
    if last is not None and abs(number - last) < SMALLEST:
        return PublicParticipants(last if last <= visits else None, last, before.visits)
    if number < SMALLEST:
        return PublicParticipants(None, last, before.visits)
    return PublicParticipants(number, number, visits)
