"""Codes out, scans in: QR images and posters, the scan API, the phone page, the kiosk app."""

from flask import Blueprint, Flask

from kiosk import screens
from kiosk.api import configuration, heartbeat, pairing, scans
from kiosk.app import page, service_worker
from kiosk.commands import codes, rehearse
from kiosk.paper import posters
from kiosk.passes import issue, pass_page, self_issue
from kiosk.phone import pages as phone

MODULES = (
    scans, pairing, configuration, heartbeat, service_worker, page, phone, pass_page, posters, issue, self_issue,
    screens, codes, rehearse,
)  # fmt: skip


def register(app: Flask) -> None:
    """Add the pages and commands of this package to the application."""
    # One folder of templates for all its packages: a blueprint's own folder would be relative to its module.
    app.register_blueprint(Blueprint("kiosk_templates", __name__, template_folder="templates"))
    for module in MODULES:
        module.register(app)
