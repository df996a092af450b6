"""Texts from elsewhere as plain text: no markup, no scripts, no control characters."""

import html
import re

import nh3

from models.text.bare_text import without_controls

_TAG = re.compile(r"<[A-Za-z/!][^<>]{0,2000}>|<(?:script|style)\b", re.I)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^<>]{0,200}>", re.I)
_BLANKS = re.compile(r"[ \t\u00a0]+")
_LINES = re.compile(r"\n{3,}")
# With its semicolon: an address such as ?a=1&copy=2 has none.
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_AGAIN = re.compile(r"&(?:(?:amp|AMP|#0{0,4}38|#[xX]0{0,4}26);)+")
_ESCAPED = re.compile(r"\\([\\;,nN])")
# A tidy text is a small part of this; what is longer is cut before the parser sees it.
_MOST = 200_000
# What was escaped twice or thrice by its makers is none of theirs after so many rounds.
_ROUNDS = 8


def unescaped(value: str) -> str:
    r"""A TEXT value of a calendar: \n, \, \; and \\ as what they stand for."""
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def plain(text: str) -> str:
    """A text that may be HTML, escaped or not, as its words and line breaks. The same again gives the same."""
    text = text[:_MOST].replace("\r\n", "\n").replace("\r", "\n")
    for _round in range(_ROUNDS):
        previous, text = text, _words(text)
        if text == previous:
            break
    else:
        text = nh3.clean(text, tags=set())
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return _LINES.sub("\n\n", "\n".join(lines)).strip()


def _words(text: str) -> str:
    """One step: tags go, entities are the characters they stand for. Both may make new ones."""
    text = without_controls(text)  # first, as one inside a tag hides it
    if _TAG.search(text):
        text = nh3.clean(_BREAK.sub("\n", text), tags=set())
    return _ENTITY.sub(lambda match: html.unescape(match[0]), _AGAIN.sub("&amp;", text))


def line(text: str) -> str:
    """The same on one line: a title, a place."""
    return " ".join(plain(text).split())
