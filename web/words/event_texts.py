"""The texts of an event in the reader's language: title, names of venues, introduction."""

from typing import Any

from flask import Flask
from markupsafe import Markup

from models.drawing import markdown
from web.words.terms import language


def introduction(text: str, heading: int = 2) -> Markup:
    """A text in Markdown as HTML that nh3 has cleaned. heading: level of its highest headings."""
    return Markup(markdown.html(text, heading))


def title_of(event: Any) -> str:
    """The title of an event, a row or a draft of one: in English where the reader reads English and there is one."""
    return event.title_en if event.title_en and language() == "en" else event.title


def title_language(event: Any) -> str:
    return "en" if event.title_en and language() == "en" else "zh"


def venue_name(venue: Any) -> Markup:
    """The name of a venue; for readers of English the English one first, where there is one."""
    if venue.name_en and language() == "en":
        return Markup('<span lang="en">{}</span> <span lang="zh">{}</span>').format(venue.name_en, venue.name)
    return Markup("{}").format(venue.name)


def register(app: Flask) -> None:
    app.jinja_env.globals.update(
        introduction=introduction, title_of=title_of, title_language=title_language, venue_name=venue_name
    )
