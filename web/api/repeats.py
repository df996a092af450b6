"""Creates with an Idempotency-Key: what is created and the answer are kept in one transaction."""

import hashlib
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from flask import request
from sqlalchemy.exc import IntegrityError

from models.accounts import idempotency
from models.accounts.idempotency import RequestKey
from models.errors import N_, Mistake
from web.api.caller import Caller
from web.api.endpoints import Reply

_KEY = re.compile(r"[A-Za-z0-9_-]{1,100}")


def answer_once(
    caller: Caller,
    now: datetime,
    transaction: Callable[[], AbstractContextManager[None]],
    write: Callable[[], Reply],
) -> Reply:
    """What write() answers, in a transaction; the first answer where the request was sent before with the same key."""
    key = _request_key(caller)
    repeated = _first_answer(key)
    if repeated is not None:
        return repeated
    try:
        with transaction():
            reply = write()
            if key is not None:
                idempotency.keep(key, reply.status, reply.location, reply.body, now)
    except IntegrityError:
        repeated = _first_answer(key)  # the same request, at the same moment
        if repeated is None:
            raise
        return repeated
    return reply


def _first_answer(key: RequestKey | None) -> Reply | None:
    answer = idempotency.first_answer(key) if key is not None else None
    return Reply(answer.body, answer.status, answer.location) if answer is not None else None


def _request_key(caller: Caller) -> RequestKey | None:
    text = request.headers.get("Idempotency-Key")
    if text is None:
        return None
    if not _KEY.fullmatch(text):
        raise Mistake(N_("An idempotency key has 1 to 100 letters, digits, “-” or “_”."))
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.get_data()).hexdigest()
    return RequestKey(caller.account, text, digest)
