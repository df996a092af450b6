"""Participants of the country, as far as they are public. Pure."""

from dataclasses import dataclass

from models.figures.publication.withholding import SMALLEST


@dataclass(frozen=True)
class PublicParticipants:
    """shown: None where they are withheld. last: what was shown last. visits: of passes and browsers then; None: not kept."""

    shown: int | None = None
    last: int | None = None
    visits: int | None = None


def public_participants(
    counted: int, visits: int, before: PublicParticipants, *, may_change: bool = True
) -> PublicParticipants:
    """A change of under 5 waits, as in the cells. visits: those of passes and browsers, as far as they are published.

    There are never more participants. Nor do they grow by more than these visits did: the rest came with visits that wait, and
    would tell how many these are. Where they fell by 1 to 4 more, these wait as well.
    before: of the last release. may_change: whether no method follows from a new number."""
    last = before.last
    number = min(counted, visits)
    if last is not None and before.visits is not None:
        rise, fall = max(0, visits - before.visits), max(0, before.visits - visits)
        number = min(number, last + rise)
        if last - fall - SMALLEST < number < last - fall <= visits:
            number = last - fall
    if last is not None and (not may_change or abs(number - last) < SMALLEST):
        return PublicParticipants(last if last <= visits else None, last, before.visits)
    if not may_change or number < SMALLEST:
        return PublicParticipants(None, last, before.visits)
    return PublicParticipants(number, number, visits)
