"""Coordinates for Chinese maps: WGS-84, which we store, to GCJ-02, in which maps of mainland China are drawn.

GCJ-02 shifts a point by up to about 700 m. The formula is the published one (Krasovsky ellipsoid, a sum of sines),
good to a metre or two. Pure.
"""

from math import cos, pi, sin, sqrt

_AXIS = 6_378_245.0  # metres, of the Krasovsky 1940 ellipsoid
_ECCENTRICITY = 0.006_693_421_622_965_943  # squared


def in_china(latitude: float, longitude: float) -> bool:
    """Whether the shift applies: the customary rectangle, wider than the country."""
    return 0.8293 <= latitude <= 55.8271 and 72.004 <= longitude <= 137.8347


def to_gcj02(latitude: float, longitude: float) -> tuple[float, float]:
    """(latitude, longitude) in GCJ-02, in degrees; unchanged outside China."""
    if not in_china(latitude, longitude):
        return latitude, longitude
    north, east = _shift(longitude - 105.0, latitude - 35.0)
    angle = latitude / 180.0 * pi
    curvature = 1 - _ECCENTRICITY * sin(angle) ** 2
    north = north * 180.0 / ((_AXIS * (1 - _ECCENTRICITY)) / (curvature * sqrt(curvature)) * pi)
    east = east * 180.0 / (_AXIS / sqrt(curvature) * cos(angle) * pi)
    return latitude + north, longitude + east


def _shift(x: float, y: float) -> tuple[float, float]:
    """Metres to the north and to the east. x, y: degrees from 105°E 35°N."""
    both = 20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += (both + 20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += (both + 20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    return north, east
