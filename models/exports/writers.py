"""Who writes the files of a kind that are no tables; registered when the application starts."""

from collections.abc import Callable, Iterator

from models.exports.tables import Export, ExportKind

Progress = Callable[[int], None]  # how many of the total are done
Writer = Callable[[Export, Progress], Iterator[bytes]]

WRITERS: dict[ExportKind, Writer] = {}
