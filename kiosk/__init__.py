"""Codes out, scans in: QR images and posters, the scan API, the phone page, the kiosk app."""

from flask import Flask

from kiosk import (
    commands,
    displays,
    handing_out,
    heartbeat,
    passes,
    phone,
    posters,
    rehearse,
    scans,
    shell,
    station,
    taking,
)

MODULES = (
    scans,
    shell,
    station,
    heartbeat,
    phone,
    passes,
    posters,
    handing_out,
    taking,
    displays,
    commands,
    rehearse,
)


def register(app: Flask) -> None:
    """Hang this room's pages and commands into the app."""
    for module in MODULES:
        module.register(app)
