"""Pages with a secret in their path: no referrer, no index, no copy (CONTRACT.md, Addresses)."""

from flask import Response


def keep_secret(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response
