"""What people read and edit: the public calendar, feeds, the desk, figures. Meets kiosk in templates by URL only."""

from flask import Flask

from web import (
    accounts,
    assets,
    calendar,
    chosen,
    desk,
    desk_devices,
    desk_duplicates,
    desk_feeds,
    desk_import,
    desk_pairing,
    device_words,
    embed,
    errors,
    feeds,
    figure_commands,
    figure_words,
    figures,
    health,
    imports,
    linked,
    live,
    maps,
    packing,
    places,
    programme,
    serve,
    setup,
    share,
    sitemap,
    subscribe,
    wording,
)

MODULES = (
    errors,
    assets,
    wording,
    accounts,
    desk,
    desk_devices,
    desk_duplicates,
    desk_feeds,
    desk_import,
    desk_pairing,
    device_words,
    live,
    figure_words,
    figures,
    figure_commands,
    calendar,
    places,
    embed,
    linked,
    maps,
    programme,
    share,
    sitemap,
    packing,
    feeds,
    chosen,
    subscribe,
    imports,
    setup,
    health,
    serve,
)


def register(app: Flask) -> None:
    """Hang this room's pages and commands into the app."""
    for module in MODULES:
        module.register(app)
