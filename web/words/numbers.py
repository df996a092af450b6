"""Numbers as people read them: 12,345 and 45 %."""

from babel.numbers import format_decimal, format_percent
from flask import Flask

from web.words.terms import language


def grouped(number: int | None) -> str:
    """With thousands separators; a dash for what is withheld."""
    return "–" if number is None else str(format_decimal(number, locale=language()))


def percent(part: int | float | None, whole: int | float) -> str:
    """A share in whole percent: "<1%" for a little, ">99%" for almost all; "" of nothing."""
    if part is None or not whole:
        return ""
    share = part / whole
    if 0 < share < 0.01:
        return "<" + format_percent(0.01, locale=language())
    if 0.99 < share < 1:
        return ">" + format_percent(0.99, locale=language())
    return str(format_percent(share, locale=language()))


def register(app: Flask) -> None:
    app.jinja_env.globals.update(grouped=grouped, percent=percent)
