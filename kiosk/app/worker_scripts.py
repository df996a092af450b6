"""Worker scripts: files of static/js served at an address and under a policy of their own."""

from flask import (
    Response,
    current_app,
    send_from_directory,
)

NETWORK_POLICY = "default-src 'none'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"


def with_policy(policy: str, response: Response) -> Response:
    """Set the policy; browsers revalidate each time."""
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "no-cache"
    return response


def worker_script(name: str, policy: str) -> Response:
    """A worker of /static/js/ at another address: its address decides its scope and its policy."""
    return with_policy(policy, send_from_directory(current_app.static_folder or "", f"js/{name}"))
