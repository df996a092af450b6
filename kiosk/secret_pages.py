"""Pages with a secret in their path: no referrer, no index, no copy but the holder's own (CONTRACT.md, Addresses)."""

import re

from flask import Response, request

_SECRET_PATH = re.compile("/([cv]|slip)/", re.IGNORECASE)


def keep_secret(response: Response) -> Response:
    """By the path: error pages (405, 429) of a secret address need the headers too."""
    if not _SECRET_PATH.match(request.path):
        return response
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    if not response.cache_control.private:  # a pass, which its holder's browser may keep for a day
        response.headers["Cache-Control"] = "no-store"
    return response
