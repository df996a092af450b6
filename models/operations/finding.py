"""A fault that `openweek doctor` names."""

from dataclasses import dataclass, field
from enum import IntEnum


class Level(IntEnum):
    """Also the exit code of the command."""

    WARNING = 1  # the week is served; something should be mended
    ERROR = 2  # it cannot be served like this


@dataclass(frozen=True)
class Finding:
    """message: an English sentence that says what is wrong and what to do."""

    level: Level
    message: str
    values: dict[str, object] = field(default_factory=dict)
