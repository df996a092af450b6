"""The device token of a request (`Authorization: Bearer <token>`)."""

from datetime import datetime

from flask import request

from models.bearer import bearer_token
from models.devices import kiosks
from models.devices.kiosks import Kiosk
from models.errors import N_, Mistake


class NotPairedError(Mistake):
    """The request carries no token of a device that is in service."""

    status = 401


def authenticated_kiosk(now: datetime, *, handing_in: bool = False) -> Kiosk:
    """The kiosk of this request. handing_in: a revoked one passes as well, while it may still upload its queue.

    Raises NotPairedError (401)."""
    token = bearer_token(request.headers.get("Authorization", ""))
    kiosk = kiosks.by_token(token, now) if token else None
    if kiosk is None:
        raise NotPairedError(N_("This device is not paired. Ask the organizer for a pairing code."))
    if kiosk.ended_at(now) is not None and not handing_in:
        raise NotPairedError(N_("This kiosk is out of service. To use it again, pair it with a new code."))
    return kiosk
