"""Introductions in Markdown: as markup for pages, and as readable text for calendars and feeds.

Only emphasis, links, lists, headings and quotations are read, so that a plain text stays what it is, line breaks included.
"""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

_RULES = ("newline", "escape", "emphasis", "link", "heading", "list", "blockquote")
_TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "h2", "h3", "h4"}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
_LOWEST = 4  # the lowest heading that is written
# "zero" reads nothing but paragraphs. HTML stays text.
_PARSER = MarkdownIt("zero", {"breaks": True, "html": False}).enable(_RULES)


@lru_cache(maxsize=512)
def html(text: str, heading: int = 2) -> str:
    """The text as safe HTML. heading: level of its highest headings, 2 for h2."""
    tokens = _PARSER.parse(text)
    levels = sorted({token.tag for token in tokens if token.type == "heading_open"})
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(heading + levels.index(token.tag), _LOWEST)}"
    markup = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return nh3.clean(
        markup,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )


def plain(text: str) -> str:
    """The text without marks: **bold** as bold, [name](address) as name (address). A text without Markdown is unchanged."""
    if not any(mark in text for mark in "*_[\\#"):
        return text
    lines: dict[int, str] = dict(enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")))
    changed = False
    heading = False
    for token in _PARSER.parse(text):
        heading = token.type == "heading_open" or (heading and token.type != "heading_close")
        if token.type != "inline" or token.map is None:
            continue
        words = _words(token.children or [])
        if heading or words != token.content:
            changed = True
            _replace(lines, token, words, heading)
    return "\n".join(lines.values()) if changed else text


def _replace(lines: dict[int, str], token: Token, words: str, heading: bool) -> None:
    """Write the words of a paragraph over its lines. What precedes them (a list's number or dot) stays."""
    first, last = token.map or (0, 0)
    old, new = token.content.split("\n"), words.split("\n")
    if heading:
        lines[first] = words
        return
    if len(old) != len(new):  # a link over two lines
        old, new = old[:1], [words]
        for number in range(first + 1, last):
            del lines[number]
    for number, (before, after) in enumerate(zip(old, new, strict=True), first):
        lines[number] = lines[number].replace(before, after, 1)


def _words(children: list[Token]) -> str:
    """The words of a paragraph's parts."""
    parts: list[str] = []
    targets: list[tuple[str, int]] = []
    for child in children:
        if child.type == "link_open":
            targets.append((str(child.attrs.get("href", "")), len(parts)))
        elif child.type == "link_close":
            target, start = targets.pop()
            if "".join(parts[start:]) != target:
                parts.append(f" ({target})")
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        else:
            parts.append(child.content)
    return "".join(parts)
