"""The device token of a request (`Authorization: Bearer <token>`)."""

from datetime import datetime

from flask import request

from models.bearer import bearer_token
from models.checkin.scan_source import ScanSource, device_source
from models.devices import kiosks
from models.devices.kiosks import Kiosk
from models.errors import N_, Mistake
from models.security.security_log import token_refused


class NotPairedError(Mistake):
    """The request carries no token of a device that is in service."""

    status = 401


NOT_PAIRED = N_("This device is not paired. Ask the organizer for a pairing code.")


def authenticated_kiosk(now: datetime) -> Kiosk:
    """The kiosk of this request, in service. Raises NotPairedError (401)."""
    token = _token()
    kiosk = kiosks.by_token(token, now) if token else None
    if kiosk is None:
        raise _refused(token)
    if kiosk.ended_at(now) is not None:
        _note(token)
        raise NotPairedError(N_("This kiosk is out of service. To use it again, pair it with a new code."))
    return kiosk


def authenticated_source(now: datetime) -> ScanSource:
    """The device of this request as a source of scans; also one that ended, while it may still upload its queue.

    As far as this process knows: admit() makes sure. Raises NotPairedError (401)."""
    token = _token()
    source = device_source(token, now) if token else None
    if source is None:
        raise _refused(token)
    return source


def _refused(token: str) -> NotPairedError:
    _note(token)
    return NotPairedError(NOT_PAIRED)


def _note(token: str) -> None:
    token_refused("Device token", token, request.remote_addr or "", request.endpoint)


def _token() -> str:
    return bearer_token(request.headers.get("Authorization", ""))
