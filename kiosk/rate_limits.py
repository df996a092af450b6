"""How often a browser or an address may try: kept in memory, so that nothing but this process has to be asked."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(key_func=get_remote_address, storage_uri="memory://")

# Above the rate of a school of 1,500 behind one address, who come within a minute.
BY_ADDRESS = "3000 per minute"
