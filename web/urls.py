"""Addresses: of a choice of events, and which addresses of a request may be followed."""

from urllib.parse import urlencode

from models.public.filters import Filters


def local_path(text: str) -> str:
    """A path of this site, or the front page where the text leads anywhere else."""
    # Browsers read a backslash as a slash and drop control characters: either could make "//elsewhere" of it.
    plain = text.isprintable() and "\\" not in text
    return text if plain and text.startswith("/") and not text.startswith("//") else "/"


def address(path: str, filters: Filters, **more: object) -> str:
    """A path with a choice as its query, always in the same order."""
    pairs = [*filters.query(), *((name, str(value)) for name, value in more.items())]
    return f"{path}?{urlencode(pairs)}" if pairs else path
