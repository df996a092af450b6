"""Files that are attached to a notice: what kinds are kept, and as what they are served."""

from dataclasses import dataclass

from models.errors import N_, Mistake

MOST_BYTES = 10 * 1024 * 1024
TOO_LARGE = N_("The file is larger than %(most)s MB. Please make it smaller.")
_OFFICE = "application/vnd.openxmlformats-officedocument."
_ZIPPED = {
    ".docx": _OFFICE + "wordprocessingml.document",
    ".xlsx": _OFFICE + "spreadsheetml.sheet",
    ".pptx": _OFFICE + "presentationml.presentation",
    ".ofd": "application/ofd",
    ".zip": "application/zip",
}
_COMPOUND = {
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
    ".wps": "application/vnd.ms-works",
    ".et": "application/vnd.ms-excel",
}
_BEGINNINGS = {
    b"%PDF-": {".pdf": "application/pdf"},
    b"PK\x03\x04": _ZIPPED,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": _COMPOUND,
    b"\x89PNG\r\n\x1a\n": {".png": "image/png"},
    b"\xff\xd8\xff": {".jpg": "image/jpeg", ".jpeg": "image/jpeg"},
}
_TEXTS = {".txt": "text/plain", ".csv": "text/csv"}


@dataclass(frozen=True)
class Attachment:
    name: str
    content_type: str
    data: bytes


def read_attachment(name: str, data: bytes) -> Attachment:
    """A file as its content says, not as its sender says. Raises Mistake for one that is too large or of another kind."""
    if len(data) > MOST_BYTES:
        raise Mistake(TOO_LARGE, most=MOST_BYTES >> 20)
    if not data:
        raise Mistake(N_("The file is empty."))
    name = name.replace("\\", "/").rpartition("/")[2].strip()[-200:]
    suffix = "." + name.rpartition(".")[2].lower()
    content_type = _kinds(data).get(suffix)
    if content_type is None:
        raise Mistake(
            N_("“%(name)s” is not a PDF, an Office document, a picture, a text or a ZIP file."), name=name
        )
    return Attachment(name, content_type, data)


def _kinds(data: bytes) -> dict[str, str]:
    """The endings that a file with this content may have, each with its content type."""
    for beginning, kinds in _BEGINNINGS.items():
        if data.startswith(beginning):
            return kinds
    return {} if b"\0" in data else _TEXTS
