"""The shift from WGS-84 to GCJ-02, against published pairs of points."""

import pytest

from models.places.gcj02 import in_china, to_gcj02

# Pairs that the open implementations of the shift (eviltransform and others) agree on.
KNOWN = [
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),  # Shanghai
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),  # Shenzhen
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),  # Beijing
]


@pytest.mark.parametrize(("wgs84", "expected"), KNOWN)
def test_the_shift_is_the_published_one(wgs84, expected):
    assert to_gcj02(*wgs84) == pytest.approx(expected, abs=1e-9)


def test_nothing_is_moved_abroad():
    for point in ((39.7392, -104.9903), (48.8566, 2.3522), (-33.8688, 151.2093)):
        assert (in_china(*point), to_gcj02(*point)) == (False, point)
