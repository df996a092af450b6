"""How often a browser or an address may try: kept in memory, so that nothing but this process has to be asked. Wrong codes alone
are counted in the database, over all processes."""

from flask import Flask, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from models.codes.wrong_codes import WrongCodes

WRONG_CODES = "openweek_wrong_codes"

limiter = Limiter(key_func=get_remote_address, storage_uri="memory://")

# Above the rate of a school of 1,500 behind one address, who come within a minute.
BY_ADDRESS = "3000 per minute"


def register_wrong_codes(app: Flask) -> None:
    app.extensions[WRONG_CODES] = WrongCodes()


def wrong_codes() -> WrongCodes:
    limits: WrongCodes = current_app.extensions[WRONG_CODES]
    return limits
