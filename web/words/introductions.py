"""The introduction of an event as markup for a page."""

from flask import Flask
from markupsafe import Markup

from models.drawing import markdown


def introduction(text: str, heading: int = 2) -> Markup:
    """A text in Markdown as HTML that nh3 has cleaned. heading: level of its highest headings."""
    return Markup(markdown.html(text, heading))


def register(app: Flask) -> None:
    app.jinja_env.globals.update(introduction=introduction)
