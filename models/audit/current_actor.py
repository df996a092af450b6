"""Who acts now, and from where, for acts whose functions are not given it. A request sets it; elsewhere it is the operator."""

from collections.abc import Callable
from contextvars import ContextVar

from models.audit.tables import OPERATOR, Actor

# A function, so that a request which records nothing does not ask who is signed in.
_actor: ContextVar[Callable[[], Actor] | None] = ContextVar("actor", default=None)


def set_actor(actor: Callable[[], Actor] | None) -> None:
    _actor.set(actor)


def current_actor() -> Actor:
    actor = _actor.get()
    return actor() if actor else OPERATOR
