"""Worker scripts: files of static/js served at an address and under a policy of their own."""

from flask import (
    Response,
    current_app,
    send_from_directory,
)


def with_policy(policy: str, response: Response) -> Response:
    """Under a policy of its own, and asked for anew each time."""
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "no-cache"
    return response


def worker_script(name: str, policy: str) -> Response:
    """A worker of /static/js/ at another address: it obeys the policy that it is served with, and reaches what lies beside."""
    return with_policy(policy, send_from_directory(current_app.static_folder or "", f"js/{name}"))
