"""What the server measures of its work. Nothing is measured until a listener is set, which each process does for itself."""

from collections.abc import Iterable
from typing import Protocol


class Listener(Protocol):
    def scans(self, verdicts: Iterable[str]) -> None:
        """Scans were answered."""

    def batch(self, size: int) -> None:
        """So many scans went into the ledger in one transaction."""

    def database_wait(self, seconds: float) -> None:
        """A writing transaction waited so long for its turn and a connection."""


listener: Listener | None = None
