"""POST /api/v1/kiosk/pair: a pairing code becomes a device token."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from flask import Blueprint, Flask, current_app, request

from kiosk.api import configuration
from kiosk.api.request_body import decode_json
from kiosk.rate_limits import limiter, wrong_codes
from models import clock
from models.codes.wrong_codes import Limit
from models.devices import pairing
from models.devices.pairing import InvalidCodeError
from models.errors import N_
from models.security.networks import network_of
from models.security.security_log import code_refused

bp = Blueprint("pairing", __name__)

EXPECTED = N_('Send the pairing code as JSON: {"code": "…"}.')


PAIRING_LIMIT = "30 per minute"  # a hall of devices behind one address
WRONG_OF_NETWORK = 30  # in a minute, of kiosks and screens together


def register(app: Flask) -> None:
    limiter.init_app(app)
    app.register_blueprint(bp)


@bp.post("/api/v1/kiosk/pair")
@limiter.limit(PAIRING_LIMIT)
def pair() -> dict:
    with wrong_codes_counted("Pairing code of a kiosk"):
        kiosk, token = pairing.pair(pairing_code(), current_app.config["SECRET_KEY"], clock.now())
    return {"token": token, "kiosk": configuration.kiosk_json(kiosk)}


@contextmanager
def wrong_codes_counted(kind: str) -> Iterator[None]:
    """Around a pairing: a wrong code is counted over all workers and nodes, and leaves a line in the security log.

    Raises TooMany for a network that tried too many, also with a right one."""
    address, now = request.remote_addr or "", clock.now()
    limits = [Limit(f"pairing code from {network_of(address)}", WRONG_OF_NETWORK)]
    secret_key = current_app.config["SECRET_KEY"]
    wrong_codes().check(limits, secret_key, now)
    try:
        yield
    except InvalidCodeError:
        code_refused(kind, address, request.endpoint)
        wrong_codes().count(limits, secret_key, now)
        raise


class PairingRequest(msgspec.Struct):
    code: str


def pairing_code() -> str:
    """The code in the request's JSON. Raises 415 for another kind of body, Mistake for another shape."""
    return decode_json(PairingRequest, EXPECTED).code
