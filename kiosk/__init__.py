"""Codes out, scans in: QR images and posters, the scan API, the phone page, the kiosk app."""

from flask import Blueprint, Flask

from kiosk.api import configuration, description, heartbeat, pairing, scans
from kiosk.app import device_check, page, service_worker
from kiosk.commands import kiosks as kiosk_commands
from kiosk.commands import passes as pass_commands
from kiosk.commands import rehearse
from kiosk.commands import venue_codes as venue_code_commands
from kiosk.paper import posters
from kiosk.passes import desk_passes, pass_page, self_issue, sheet_export
from kiosk.phone import check_in, result
from kiosk.screens import code_screen
from kiosk.visitor import code_entry, opinion, redeem, slips, stamps

MODULES = (
    scans, pairing, configuration, heartbeat, description, service_worker, page, device_check,
    check_in, result, pass_page, posters, desk_passes, sheet_export, self_issue,
    code_screen, stamps, code_entry, slips, opinion, redeem, pass_commands, venue_code_commands, kiosk_commands, rehearse,
)  # fmt: skip


def register(app: Flask) -> None:
    """Add the pages and commands of this package to the application."""
    # One folder of templates for all its packages: a blueprint's own folder would be relative to its module.
    app.register_blueprint(Blueprint("kiosk_templates", __name__, template_folder="templates"))
    for module in MODULES:
        module.register(app)
