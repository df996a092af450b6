"""Visitors of a simulated kiosk: passes, classes, touches, tallies, undos and foreign codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from models.campaigns.tables import UNKNOWN_GROUP
from models.checkin.attempt import MAX_HEADCOUNT
from models.codes import signatures
from models.codes.signatures import Purpose

PASS, TOUCH, TALLY, UNDO, FOREIGN = "pass", "touch", "tally", "undo", "foreign"
# Out of a hundred who come.
KIND_SHARES = {PASS: 52, TOUCH: 24, TALLY: 10, UNDO: 8, FOREIGN: 6}
REPEAT_SHARE, EXIT_SHARE, FORGED_SHARE = 0.14, 0.06, 0.03  # of the passes
LONGEST_SECONDS, USUAL_GAP = (
    600.0,
    6.0,
)  # seconds: how long a rehearsal lasts at most, and the usual time between two visits


@dataclass(frozen=True)
class Visit:
    """A visitor at the entrance. text: the code that is held up; of an undo the scan that it names, None: the last one."""

    kind: str
    text: str | None = None
    group: str | None = None
    headcount: int | None = None
    direction: str = "in"

    def body(self) -> dict:
        """What a device posts of it, besides id and time."""
        if self.kind == PASS:
            data = {"kind": PASS, "code": self.text, "direction": self.direction}
            return data | ({} if self.headcount is None else {"headcount": self.headcount})
        return {"kind": self.kind, "group": self.group, "headcount": self.headcount}


def arrivals(
    rng: Random, count: int, groups: Sequence[str], tokens: Sequence[str]
) -> list[tuple[float, Visit]]:
    """So many visits with their moments (seconds), in order. groups: keys of the campaign; held: tokens of passes, of
    which several devices may get the same; none: nobody comes with a pass."""
    gap = min(USUAL_GAP, LONGEST_SECONDS / max(count, 1))
    used_tokens: list[str] = []
    moment, visits = 0.0, []
    for _ in range(count):
        moment += min(rng.expovariate(1 / gap), 4 * gap)
        visits.append((moment, _visit(rng, groups, tokens, used_tokens)))
    return visits


def _visit(rng: Random, groups: Sequence[str], tokens: Sequence[str], used_tokens: list[str]) -> Visit:
    kind = rng.choices(list(KIND_SHARES), list(KIND_SHARES.values()))[0]
    if kind == PASS and tokens:
        return _with_pass(rng, tokens, used_tokens)
    if kind == UNDO:
        return Visit(UNDO)
    if kind == FOREIGN:
        return Visit(FOREIGN, "".join(rng.choices("0123456789", k=rng.randint(12, 22))))
    group = rng.choice([*groups, UNKNOWN_GROUP])
    if kind == TALLY:
        return Visit(TALLY, group=group, headcount=rng.randint(1, 15))
    return Visit(TOUCH, group=group, headcount=rng.choice((1, 1, 1, 1, 2, 3, 30)))


def _with_pass(rng: Random, tokens: Sequence[str], used_tokens: list[str]) -> Visit:
    if used_tokens and rng.random() < REPEAT_SHARE:
        token = rng.choice(used_tokens)
    else:
        token = rng.choice(tokens)
        used_tokens.append(token)
    payload = signatures.parse_code(token).payload
    headcount = None
    if isinstance(payload, signatures.PassPayload) and payload.purpose == Purpose.GROUP:
        # The group at the entrance: mostly smaller than registered, now and then larger.
        headcount = max(1, min(payload.headcount + rng.randint(-5, 1), MAX_HEADCOUNT))
    if rng.random() < FORGED_SHARE:
        token = token[:-8] + ("A" * 8 if token[-8:] != "A" * 8 else "B" * 8)
    return Visit(PASS, token, headcount=headcount, direction="out" if rng.random() < EXIT_SHARE else "in")
