"""A film for Chromium's fake camera: a hand that holds a code and never keeps still."""

from io import BytesIO
from math import cos, sin
from pathlib import Path

from PIL import Image, ImageFilter

WIDTH, HEIGHT, RATE, FRAMES = 640, 480, 10, 20
SYMBOL = 300  # pixels: a pass held at arm's length


def film(png: bytes, target: Path) -> Path:
    """Write a Y4M of two seconds (it is played in a loop): the picture drifts, turns a little and is out of focus."""
    code = Image.open(BytesIO(png)).convert("L")
    with target.open("wb") as out:
        out.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(FRAMES):
            frame = _frame(code, number * 6.283 / FRAMES)
            # Grey: both colour planes are a quarter of the size and all in the middle.
            out.write(b"FRAME\n" + frame.tobytes() + bytes([128]) * (WIDTH * HEIGHT // 2))
    return target


def _frame(code: Image.Image, phase: float) -> Image.Image:
    size = SYMBOL + round(12 * sin(phase))
    held = code.resize((size, size), Image.Resampling.LANCZOS)
    held = held.rotate(6 * cos(phase), Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    frame = Image.new("L", (WIDTH, HEIGHT), 96)
    frame.paste(
        held,
        (
            round((WIDTH - held.width) / 2 + 25 * sin(phase)),
            round((HEIGHT - held.height) / 2 + 12 * cos(phase)),
        ),
    )
    return frame.filter(ImageFilter.GaussianBlur(0.8))


def still(target: Path) -> Path:
    """Write a Y4M of an empty hall: one grey picture, for ever."""
    with target.open("wb") as out:
        out.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for _ in range(FRAMES):
            out.write(b"FRAME\n" + bytes([96]) * (WIDTH * HEIGHT) + bytes([128]) * (WIDTH * HEIGHT // 2))
    return target
