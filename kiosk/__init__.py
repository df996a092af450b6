"""Codes out, scans in: QR images and posters, the scan API, the phone page, the kiosk app."""

from flask import Flask


def register(app: Flask) -> None:
    """Hang this room's pages and commands into the app."""
