"""Texts from elsewhere as plain text: no markup, no scripts, no control characters."""

import html
import re

import nh3

_TAG = re.compile(r"<[A-Za-z/!][^<>]{0,2000}>|<(?:script|style)\b", re.I)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^<>]{0,200}>", re.I)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_BLANKS = re.compile(r"[ \t\u00a0]+")
_LINES = re.compile(r"\n{3,}")
_ESCAPED = re.compile(r"\\([\\;,nN])")
# A tidy text is a small part of this; what is longer is cut before the parser sees it.
_MOST = 200_000


def unescaped(value: str) -> str:
    r"""A TEXT value of a calendar: \n, \, \; and \\ as what they stand for."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def plain(text: str) -> str:
    """A text that may be HTML, as its words and line breaks."""
    text = text[:_MOST]
    if _TAG.search(text):
        text = html.unescape(nh3.clean(_BREAK.sub("\n", text), tags=set()))
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return _LINES.sub("\n\n", "\n".join(lines)).strip()


def line(text: str) -> str:
    """The same on one line: a title, a place."""
    return " ".join(plain(text).split())
