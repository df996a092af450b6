"""Symbols: their size is what the facts on codes say, and a decoder that is not ours reads them back exactly."""

import re
from io import BytesIO

import pytest
from PIL import Image

from models.drawing import qr
from tests.support.records.codes import read

PASS = "CEAQAAID" * 16  # 128 characters
VENUE = "CUBAAAAAAJUBRB57LIYSRSWP"  # 24


def decoded(png):
    return read(Image.open(BytesIO(png)))


@pytest.mark.parametrize(
    ("host", "version"),
    [("A" * 11, 6), ("Q.EXAMPLE.CN", 7), ("CHECKIN.EXAMPLE.GOV.CN", 7), ("A" * 34, 7)],
)
def test_a_pass_is_version_6_or_7_at_m(host, version):
    assert qr.code(f"https://{host}/C/{PASS}", qr.PASS_LEVEL).version == version


@pytest.mark.parametrize(
    ("host", "version"), [("A" * 7, 3), ("Q.EXAMPLE.CN", 4), ("CHECKIN.EXAMPLE.GOV.CN", 4), ("A" * 28, 4)]
)
def test_a_venue_code_is_version_3_or_4_at_q(host, version):
    assert qr.code(f"https://{host}/V/{VENUE}", qr.VENUE_LEVEL).version == version


@pytest.mark.parametrize("level", [qr.PASS_LEVEL, qr.VENUE_LEVEL])
@pytest.mark.parametrize(
    "text",
    [
        f"https://Q.EXAMPLE.CN/C/{PASS}",
        f"HTTPS://Q.EXAMPLE.CN/C/{PASS}",
        f"http://127.0.0.1:8000/V/{VENUE}",
        "http://[::1]:8000/V/x",
        "签到",
    ],
)
def test_a_foreign_decoder_reads_the_png(text, level):
    assert decoded(qr.png(text, level)) == [text]


def test_the_png_is_one_bit_a_pixel_with_a_quiet_zone():
    image = Image.open(BytesIO(qr.png(f"HTTPS://Q.EXAMPLE.CN/C/{PASS}", qr.PASS_LEVEL)))
    assert (image.mode, image.size) == ("1", ((41 + 8) * 8, (41 + 8) * 8))
    assert image.crop((0, 0, image.width, 4 * 8)).getextrema() == (255, 255)
    assert image.crop((0, 0, 4 * 8, image.height)).getextrema() == (255, 255)
    assert image.getpixel((4 * 8, 4 * 8)) == 0


def test_the_svg_draws_the_same_modules():
    text = f"HTTPS://Q.EXAMPLE.CN/V/{VENUE}"
    svg = qr.svg(text, qr.VENUE_LEVEL).decode()
    drawn = [[False] * 37 for _ in range(37)]
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", svg):
        for column in range(int(x), int(x) + int(length)):
            drawn[int(y)][column] = True
    assert drawn == qr.symbol(text, qr.VENUE_LEVEL)
    assert 'viewBox="0 0 37 37"' in svg
    assert '<path fill="#fff" d="M0 0h37v37H0z"/>' in svg  # light also on a dark page
