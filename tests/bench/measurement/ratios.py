"""Interleaved rounds, medians, and one line a ratio: what was reached, what was aimed at."""

import statistics
import time
from collections.abc import Callable

ROUNDS = 5


def interleaved(**contestants: Callable[[], float]) -> dict[str, float]:
    """The median of ROUNDS measurements of each contestant, taken in turn so that a noisy minute hits them all."""
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, measure in contestants.items():
            taken[name].append(measure())
    return {name: statistics.median(values) for name, values in taken.items()}


def rate(action: Callable[[], int], at_least: float = 0.3) -> float:
    """How many a second: `action` does some and says how many, again and again for a while."""
    done, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < at_least:
        done += action()
    return done / spent


def tell(
    what: str, ratio: float, aim: float | None = None, note: str = "", *, most: float | None = None
) -> None:
    """aim: the least ratio that was set as a goal; most: the largest."""
    reached = (aim is None or ratio >= aim) and (most is None or ratio <= most)
    named = aim if aim is not None else most
    goal = "" if named is None else f"  (aim {named:g}: {'reached' if reached else 'MISSED'})"
    print(f"{what:<74} {ratio:8.2f}×{goal}{'  ' + note if note else ''}", flush=True)
