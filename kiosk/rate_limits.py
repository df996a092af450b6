"""How often a browser or an address may try: kept in memory, so that nothing but this process has to be asked."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(key_func=get_remote_address, storage_uri="memory://")

# A school of 1,500 comes through one address within a minute; a script that invents browsers wants more.
BY_ADDRESS = "3000 per minute"
