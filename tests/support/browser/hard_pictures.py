"""Hard pictures of a printed code: held askew, out of focus, in poor light, far away, with the noise of a small camera."""

import random
from collections.abc import Iterator
from io import BytesIO

import numpy
from PIL import Image, ImageFilter

PIXELS_A_MM = 146 / 36  # a label with a code of 36 mm is 146 pixels wide
DPI = 300


def shots(paper: Image.Image, count: int, seed: int) -> Iterator[Image.Image]:
    """What a camera sees of a piece of paper that was rendered at 300 dots an inch, each time otherwise."""
    chance = random.Random(seed)
    scale = PIXELS_A_MM * 25.4 / DPI
    for _number in range(count):
        yield _shot(paper, scale, chance)


def _shot(paper: Image.Image, scale: float, chance: random.Random) -> Image.Image:
    wide, high = (round(side * scale) for side in paper.size)
    picture = paper.convert("L").rotate(
        chance.uniform(-25, 25), Image.Resampling.BICUBIC, expand=True, fillcolor=255
    )
    picture = _tilted(picture, chance)
    picture = picture.resize((round(wide * 1.2), round(high * 1.2)), Image.Resampling.BOX)
    picture = picture.filter(ImageFilter.GaussianBlur(chance.uniform(0.6, 1.3)))
    light, noise = chance.uniform(0.35, 1.0), chance.uniform(3, 14)
    grain = numpy.random.default_rng(chance.getrandbits(32)).normal(0, noise, (picture.height, picture.width))
    grey = numpy.clip(numpy.asarray(picture) * light + 15 + grain, 0, 255).astype(numpy.uint8)
    out = BytesIO()
    Image.fromarray(grey).save(out, "JPEG", quality=chance.randint(35, 80))
    return Image.open(out)


def _tilted(picture: Image.Image, chance: random.Random) -> Image.Image:
    """Seen from aside: one edge is further away than the other."""
    wide, high = picture.size
    lean = chance.uniform(0, 0.14) * wide
    corners = [(0, 0), (wide, lean), (wide, high - lean), (0, high)]
    into = [(0, 0), (wide, 0), (wide, high), (0, high)]
    rows = []
    for (x, y), (u, v) in zip(into, corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    answer = numpy.linalg.solve(numpy.array(rows, float), numpy.array(corners, float).reshape(8))
    return picture.transform(
        (wide, high), Image.Transform.PERSPECTIVE, answer.tolist(), Image.Resampling.BICUBIC, fillcolor=255
    )
