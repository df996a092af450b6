"""How often the thread that looks for changes may count: soon after a scan, and never so that check-ins wait for it."""

LOOK_EVERY = 0.25  # seconds between two looks for changes
LONGEST_REST = 0.5  # seconds between two looks, where it was the clock and not the processor that took long
SHARE = 3  # a count is repeated after so many times the processor's time it took, without that of slow parts
SAVED = 1.0  # seconds of a processor: what may be counted at once after quiet times


def pause_after(seconds: float, work: float) -> float:
    """Seconds until the same is counted again. seconds: by the clock; work: of a processor.

    Beside many check-ins most of a count is waiting for them and for the database. Were that taken for work, the pages
    would fall behind for nothing. A database that is slow by itself has some time without a count, but not more: a count
    also waits for a connection while a thousand pages open, and they would be as late once more."""
    return max(LOOK_EVERY, SHARE * work, min(seconds, LONGEST_REST))


class Allowance:
    """The processor's time that looks may take: one second in 1 + SHARE, saved up to SAVED seconds.

    Ten views of different parts of the country take a fifth of a second to count. A scan now and then is seen by all of them
    at once; a thousand in a minute are seen in turns."""

    def __init__(self, now: float) -> None:
        self._left, self._at = SAVED, now

    def pause_after(self, seconds: float, work: float, now: float) -> float:
        """Seconds until the next look. seconds, work: of this one; now: by the clock, in seconds."""
        self._left = min(SAVED, self._left + (now - self._at) / (1 + SHARE)) - work
        self._at = now
        return max(LOOK_EVERY, min(seconds, LONGEST_REST), -self._left * (1 + SHARE))
