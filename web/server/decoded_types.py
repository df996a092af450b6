"""Types that requests are decoded into, made known to msgspec before there are threads.

At the first use of a type msgspec keeps what it knows of it before that is complete. A second thread that decodes the same type
at that moment ends the process (SIGSEGV): so did a new worker whose first scans came at once."""

from collections.abc import Iterator

import msgspec

from models.events.draft import EventDraft

_known: set[type] = set()


def prepare() -> None:
    """All types that are loaded now. Once more where modules with further ones were loaded."""
    for shape in {*_subtypes(msgspec.Struct), EventDraft} - _known:
        msgspec.json.Decoder(shape)
        _known.add(shape)


def _subtypes(shape: type) -> Iterator[type]:
    subtypes: list[type] = shape.__subclasses__()
    for one in subtypes:
        yield one
        yield from _subtypes(one)
