"""A page as a PNG picture: the same drawing as its PDF, rendered by PDFium."""

import threading
from io import BytesIO

import pypdfium2

from models.drawing import pdf
from models.drawing.page import Page

_PDFIUM = threading.Lock()  # PDFium serves one thread at a time
COLOURS = 64


def png(page: Page, scale: float = 1.0) -> bytes:
    """scale: pixels a point."""
    source, out = BytesIO(), BytesIO()
    pdf.write(source, page.title, [page])
    with _PDFIUM:
        document = pypdfium2.PdfDocument(source.getvalue())
        try:
            image = document[0].render(scale=scale).to_pil().convert("RGB")
        finally:
            document.close()
    image.quantize(COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()
