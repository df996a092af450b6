"""The security log: credentials that were refused, one line each, without the credential itself."""

import hashlib
import logging
from collections import Counter
from threading import Lock
from time import monotonic

log = logging.getLogger("openweek.security")

EVERY = 60.0  # seconds between two lines about one address: a flood of refusals does not fill the disk
_MOST_ADDRESSES = 10_000


class _Refusals:
    """What was refused of whom since when. Of a process alone: each writes its own lines."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._since: dict[tuple[str, str], float] = {}
        self._silent: Counter[tuple[str, str]] = Counter()

    def count(self, kind: str, address: str) -> int | None:
        """How many refusals a line stands for now; None: one was written a moment ago."""
        key, now = (kind, address), monotonic()
        with self._lock:
            if now - self._since.get(key, -EVERY) < EVERY:
                self._silent[key] += 1
                return None
            if len(self._since) >= _MOST_ADDRESSES:
                self._since.clear()
                self._silent.clear()
            self._since[key] = now
            return self._silent.pop(key, 0) + 1

    def forget(self) -> None:
        with self._lock:
            self._since.clear()
            self._silent.clear()


refusals = _Refusals()


def token_refused(kind: str, token: str, address: str, endpoint: str | None) -> None:
    """kind: of token. The start of its digest finds the row of one that was revoked, and tells nothing else."""
    if token:
        digest = hashlib.sha256(token.encode()).hexdigest()[:12]
        _write(kind, address, endpoint, f", digest {digest}")


def code_refused(kind: str, address: str, endpoint: str | None) -> None:
    """kind: of code that a person types. Without its digest: all codes can be tried, and one may be good elsewhere."""
    _write(kind, address, endpoint)


def form_refused(address: str, endpoint: str | None) -> None:
    """A form of the desk that came from another site, as the browser said."""
    _write("Form of another site", address, endpoint)


def slowed_down(kind: str, account_id: int | None, network: str) -> None:
    """So many wrong guesses that the next ones are not even checked. account_id: None where the address typed is nobody's."""
    whose = f"account {account_id}" if account_id is not None else "no account"
    count = refusals.count(f"{kind} of {whose}", network)
    if count is not None:
        log.warning("%s slowed down: from %s, %s, %d since the last line", kind, _line(network), whose, count)


def virus_found(name: str, address: str) -> None:
    """name: as the scanner calls it."""
    count = refusals.count("virus", address)
    if count is not None:
        log.warning(
            "file refused: from %s, virus %s, %d since the last line", _line(address), _line(name), count
        )


def scanner_away(answer: str) -> None:
    """Files are refused because the virus scanner says nothing of use."""
    count = refusals.count("virus scanner", "")
    if count is not None:
        log.warning("virus scanner away: %s, %d files refused since the last line", _line(answer), count)


def _write(kind: str, address: str, endpoint: str | None, detail: str = "") -> None:
    count = refusals.count(kind, address)
    if count is not None:
        log.warning(
            "%s refused: from %s at %s%s, %d since the last line",
            kind, _line(address), endpoint or "unknown", detail, count,
        )  # fmt: skip


def _line(text: str) -> str:
    """Without what would begin another line."""
    return "".join(one for one in text[:60] if one.isprintable()) or "unknown"
