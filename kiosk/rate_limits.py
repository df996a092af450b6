"""How often one address may try: kept in memory, so that nothing but this process has to be asked."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(key_func=get_remote_address, storage_uri="memory://")
