"""What the kernel tells of the workers of a served application."""

import re
from pathlib import Path


def workers(main: int) -> list[int]:
    """Process ids of gunicorn's workers, by that of its master."""
    return [int(one) for one in Path(f"/proc/{main}/task/{main}/children").read_text().split()]


def memory(process: int) -> int:
    """Bytes, shared ones divided."""
    return _kilobytes(process, "Pss") * 1024


def resident(process: int) -> int:
    """Bytes, shared ones in full."""
    return _kilobytes(process, "Rss") * 1024


def _kilobytes(process: int, name: str) -> int:
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    return int(re.search(rf"^{name}:\s+(\d+) kB", rollup, re.MULTILINE)[1])


def threads(process: int) -> int:
    return len(list(Path(f"/proc/{process}/task").iterdir()))


def open_files(process: int) -> int:
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


def runs(process: int) -> bool:
    """Whether it is there, and not only waiting to be collected."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"
