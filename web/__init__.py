"""What people read and edit: the public calendar, feeds, the desk, figures. Meets kiosk in templates by URL only."""

from flask import Flask

from web import calendar, errors, feeds, wording

MODULES = (errors, wording, calendar, feeds)


def register(app: Flask) -> None:
    """Hang this room's pages and commands into the app."""
    for module in MODULES:
        module.register(app)
