"""What a reader that is not ours finds in a PDF: its words, its bookmarks, its pictures."""

import pypdfium2


def words(pdf: bytes) -> list[str]:
    """The text of each page, spaces and line ends left out."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return ["".join(page.get_textpage().get_text_range().split()) for page in document]
    finally:
        document.close()


def bookmarks(pdf: bytes) -> list[tuple[str, int]]:
    """Each with the number of its page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [(mark.get_title(), mark.get_dest().get_index()) for mark in document.get_toc()]
    finally:
        document.close()


def title(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document.get_metadata_value("Title")
    finally:
        document.close()
