"""Codes on sheets of passes, read in hard pictures: as they are printed, and as labels were with a code of 36 mm."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdfium2
from PIL import Image

from kiosk.passes import pass_layout, sheets
from kiosk.passes.pass_layout import BADGES, LABELS, Layout
from models.codes import passes
from models.codes.passes import Pass
from models.drawing import pdf
from models.drawing.page import Page, mm
from models.drawing.qr import PASS_LEVEL
from tests.bench.measurement.ratios import tell
from tests.support.browser.hard_pictures import DPI, shots
from tests.support.records.codes import read
from tests.support.records.week import NINE, load_week, make_event
from tests.support.servers.databases import Databases

PASSES, PICTURES = 10, 30
BASE_URL = "https://week.example.gov.cn"


def run(kinds: dict[str, Databases], folder: Path) -> None:
    from wsgi import create_app

    with kinds["sqlite"].fresh() as url:
        settings = {
            "OPENWEEK_DATABASE_URL": url,
            "OPENWEEK_INSTANCE": str(folder / "labels"),
            "OPENWEEK_BASE_URL": BASE_URL,
        }
        with create_app(settings).app_context():
            week = load_week()
            made = passes.issue(
                week, "youth", NINE, headcount=45, event=make_event(week, "知识产权进校园"), count=PASSES
            )
            former = _read(made, replace(LABELS, code=36, level=PASS_LEVEL))
            for name, form, least in (("21", LABELS, 1.2), ("8", BADGES, None)):
                share = _read(made, form)
                note = f"{share:.0%} read, {former:.0%} of those with 36 mm"
                tell(f"hard pictures read, {name} to a sheet ÷ codes of 36 mm", share / former, least, note)


def _read(made: list[Pass], form: Layout) -> float:
    """The share of hard pictures in which the code is read."""
    found = 0
    for one in made:
        address = sheets.address(one)
        found += sum(read(shot) == [address] for shot in shots(_cell(one, address, form), PICTURES, one.id))
    return found / len(made) / PICTURES


def _cell(one: Pass, address: str, form: Layout) -> Image.Image:
    out = BytesIO()
    items = pass_layout.cell(pass_layout.about(one), address, form, 0, 0)
    pdf.write(out, "", [Page(items, (mm(form.cell[0]), mm(form.cell[1])))])
    document = pypdfium2.PdfDocument(out.getvalue())
    try:
        return document[0].render(scale=DPI / 72, grayscale=True).to_pil()
    finally:
        document.close()
