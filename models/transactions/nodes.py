"""Which server of PostgreSQL is read: public pages from the standby while it can be reached, else from the primary."""

import logging
from dataclasses import dataclass
from math import inf
from time import monotonic
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, InvalidRequestError

from models.transactions.database_errors import LOG_EVERY

FIND_PRIMARY_EVERY = 5  # seconds
# So long the standby is not asked again, in seconds: where its machine is gone, each attempt waits five.
AWAY_SECONDS = 15.0
logger = logging.getLogger("openweek")
_looked_for_primary = WeakKeyDictionary[Engine, float]()


@dataclass
class PublicEngine:
    """Of one process. What it remembers of the standby is for all threads; two that ask at once do no harm."""

    primary: Engine
    standby: Engine | None = None
    _ask_again_at: float = -inf
    _next_line: float = -inf

    def current(self) -> Engine:
        """The one to read from. To be asked once a request: its version of the calendar and its rows come from the same."""
        if self.standby is None or monotonic() < self._ask_again_at or not self._reaches(self.standby):
            return self.primary
        return self.standby

    def reaches_standby(self) -> bool:
        """Whether it answers now; True where there is none."""
        return self.standby is None or self._reaches(self.standby)

    def _reaches(self, standby: Engine) -> bool:
        """Raises TimeoutError where all its connections are in use: the primary would be flooded next."""
        try:
            standby.raw_connection().close()
        except (standby.dialect.loaded_dbapi.Error, DBAPIError, InvalidRequestError):
            now = monotonic()
            self._ask_again_at = now + AWAY_SECONDS
            if now >= self._next_line:
                self._next_line = now + LOG_EVERY
                logger.warning("The standby cannot be reached: public pages are read from the primary")
            return False
        return True


def find_primary(engine: Engine) -> None:
    """The pool's connections lead to a standby; new ones may find the primary. Not at each refused write: there are many."""
    now = monotonic()
    if now - _looked_for_primary.get(engine, -inf) >= FIND_PRIMARY_EVERY:
        _looked_for_primary[engine] = now
        engine.dispose()
