"""Codes out, scans in: QR images and posters, the scan API, the phone page, the kiosk app."""

from flask import Flask

from kiosk import commands, passes, phone, posters, scans, station

MODULES = (scans, station, phone, passes, posters, commands)


def register(app: Flask) -> None:
    """Hang this room's pages and commands into the app."""
    for module in MODULES:
        module.register(app)
