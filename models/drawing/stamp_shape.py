"""The shapes of a stamp as data of SVG paths, in a square of 100 × 100 units: an edge by form of activity, a star by focus."""

from math import cos, pi, sin

_MIDDLE = 50.0
_CORNERS = (24, 4, 6, 8, 5, 10, 12)  # of the edge, by number of the form; 0: any other form
_EDGE, _LINE, _STAR = 47.0, 42.0, 19.0  # radii
_SQUARE = 1.2  # times larger, so that the day stands inside its lower side


def edge(number: int) -> str:
    """The edge of a form of activity and a fine line inside it."""
    corners = _CORNERS[number % len(_CORNERS)]
    scale = _SQUARE if corners == 4 else 1.0
    return " ".join(_polygon([radius * scale] * corners, flat=corners % 2 == 0) for radius in (_EDGE, _LINE))


def star(number: int) -> str:
    """A star with a ray more for each number; a ring for 0, where the focus is not known."""
    rays = number + 3
    return _polygon([_STAR, _STAR * 0.5] * rays) if number else _polygon([_STAR] * 24)


def _polygon(radii: list[float], *, flat: bool = False) -> str:
    """A closed line through points at these distances from the middle, the first one above it; flat: a side is above it."""
    turn = 2 * pi / len(radii)
    first = turn / 2 if flat else 0.0
    points = (
        f"{_MIDDLE + radius * sin(first + place * turn):.1f} {_MIDDLE - radius * cos(first + place * turn):.1f}"
        for place, radius in enumerate(radii)
    )
    return f"M{'L'.join(points)}z"
