"""The campaign file (TOML): one week with all its lists, checked before anything is stored. Pure: no database.

`models/data/ip-2024.toml` shows every entry.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from models.campaigns.rewards import RewardTerm, read_rewards
from models.campaigns.tables import OTHER_FORMAT, UNKNOWN_GROUP, TermKind
from models.campaigns.toml_table import TomlTable
from models.errors import N_, Mistake

Value = TypeVar("Value", str, int)
KINDS = tuple(TermKind)
_REQUIRED = {TermKind.AUDIENCE, TermKind.FORMAT}
# Keys of rows without a known group or format.
RESERVED_KEYS = {TermKind.AUDIENCE: UNKNOWN_GROUP, TermKind.FORMAT: OTHER_FORMAT}
# Codes hold the number of a group in one byte, that of a campaign in two.
_MOST_TERMS, _MOST_CAMPAIGNS = 255, 65535
MOST_DAYS = 60  # each is a bit of Event.on_days


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a list. Which of gist, icon, colour, chair, recognise and second_reading are set depends on the list."""

    number: int
    key: str
    name_zh: str
    name_en: str
    gist_zh: str = ""
    gist_en: str = ""
    icon: str = ""
    colour: str = ""
    chair: bool = False
    recognise: tuple[str, ...] = ()
    second_reading: bool = False


@dataclass(frozen=True, slots=True)
class CampaignFile:
    """One campaign. starts and ends are days of its zone, both included.

    terms: by kind, in the order of the file. format_map: a reported form of activity -> the key of a format.
    """

    id: str
    number: int
    name_zh: str
    name_en: str
    theme_zh: str
    theme_en: str
    zone: str
    starts: date
    ends: date
    marked_day: date | None
    marked_zh: str
    marked_en: str
    summary_working_days: int
    terms: Mapping[TermKind, tuple[Term, ...]]
    format_map: Mapping[str, str]
    question_zh: str = ""
    question_en: str = ""
    rewards: tuple[RewardTerm, ...] = ()

    def terms_of(self, kind: TermKind) -> tuple[Term, ...]:
        """The terms of one list, in the order of the file."""
        return self.terms[kind]

    def format_of(self, reported: str) -> str:
        """The key of the format to which a reported form of activity is mapped; `other` where it is not."""
        return self.format_map.get(reported.strip(), RESERVED_KEYS[TermKind.FORMAT])


def read_campaign_file(source: Path | str) -> CampaignFile:
    """Read a campaign from a file, or from a text of several lines. Raises Mistake for the first error in it."""
    text = source if isinstance(source, str) and "\n" in source else _text_of(Path(source))
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Mistake(N_("The campaign file is not valid TOML: %(error)s"), error=str(error)) from None
    return _campaign(TomlTable(table, ""))


def default_campaign_file() -> CampaignFile:
    """The 2024 week of the notice."""
    return read_campaign_file(files("models").joinpath("data/ip-2024.toml").read_text(encoding="utf-8"))


def recognise_line(lines: tuple[Term, ...], organization: str) -> str | None:
    """The key of the line to which an organization belongs by its name; None where the name is not certain.

    1. A name in brackets is a second nameplate: 市场监督管理局(知识产权局) is market regulation. It counts only where
       the rest of the name matches no line: 县服务中心(县知识产权局) is an IP office.
    2. A piece inside a longer matching piece does not count. Two lines that match: None.
    3. Several organizations in one name (法院、检察院): None unless all belong to one line.
    """
    name = organization.replace("（", "(").replace("）", ")")
    parts = [part for part in name.split("、") if part.strip()]
    if len(parts) > 1:
        keys = {recognise_line(lines, part) for part in parts}
        return keys.pop() if len(keys) == 1 else None
    outside = re.sub(r"\([^()]*\)", " ", name)
    inside = " ".join(re.findall(r"\(([^()]*)\)", name))
    matches = _lines_in(lines, outside) or _lines_in(lines, inside)
    return matches.pop() if len(matches) == 1 else None


def _lines_in(lines: tuple[Term, ...], name: str) -> set[str]:
    """The keys of the lines with a piece in the name that is not inside a longer piece of another line there."""
    name = name.casefold()
    pieces = {
        piece.casefold(): line.key for line in lines for piece in line.recognise if piece.casefold() in name
    }
    return {
        key for piece, key in pieces.items() if not any(piece in other for other in pieces if other != piece)
    }


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        raise Mistake(N_("The campaign file %(path)s cannot be read."), path=str(path)) from None
    except UnicodeDecodeError:
        raise Mistake(N_("The campaign file %(path)s must be written in UTF-8."), path=str(path)) from None


def _campaign(top: TomlTable) -> CampaignFile:
    name, theme, summary = top.group("name"), top.group("theme"), top.group("summary")
    marked = top.group("marked") if "marked" in top.entries else None
    question = top.group("question") if "question" in top.entries else None
    terms = {kind: _terms(top, kind) for kind in KINDS}
    campaign = CampaignFile(
        id=top.key("id"),
        number=top.number("number", _MOST_CAMPAIGNS),
        name_zh=name.text("zh"),
        name_en=name.text("en"),
        theme_zh=theme.text("zh"),
        theme_en=theme.text("en"),
        zone=top.text("zone"),
        starts=top.day("starts"),
        ends=top.day("ends"),
        marked_day=marked.day("day") if marked else None,
        marked_zh=marked.text("zh") if marked else "",
        marked_en=marked.text("en") if marked else "",
        summary_working_days=summary.number("working_days", 100),
        terms=MappingProxyType(terms),
        format_map=MappingProxyType(_format_map(top, terms[TermKind.FORMAT])),
        question_zh=question.text("zh") if question else "",
        question_en=question.text("en") if question else "",
        rewards=read_rewards(top, len(terms[TermKind.FOCUS])),
    )
    for table in (top, name, theme, summary, marked, question):
        if table:
            table.refuse_rest()
    _check_question(campaign)
    _check_days(campaign)
    return campaign


def _check_question(campaign: CampaignFile) -> None:
    answers = campaign.terms_of(TermKind.ANSWER)
    if bool(campaign.question_zh) != bool(answers) or len(answers) == 1:
        raise Mistake(N_("A [question] in the campaign file needs two or more [[answer]], and they need it."))


def _check_days(campaign: CampaignFile) -> None:
    try:
        ZoneInfo(campaign.zone)
    except (OSError, ValueError, KeyError):  # a folder of zones, an invalid name, an unknown name
        raise Mistake(
            N_("There is no time zone “%(zone)s”. Write it like Asia/Shanghai."), zone=campaign.zone
        ) from None
    if campaign.ends < campaign.starts:
        raise Mistake(
            N_("The campaign ends on %(ends)s, before it starts on %(starts)s."),
            ends=campaign.ends.isoformat(), starts=campaign.starts.isoformat(),
        )  # fmt: skip
    if (campaign.ends - campaign.starts).days >= MOST_DAYS:
        raise Mistake(N_("The week lasts longer than %(most)s days."), most=MOST_DAYS)
    if campaign.marked_day and not campaign.starts <= campaign.marked_day <= campaign.ends:
        raise Mistake(
            N_("The marked day %(day)s is not within the week."),
            day=campaign.marked_day.isoformat(),
        )


def _terms(top: TomlTable, kind: TermKind) -> tuple[Term, ...]:
    terms = tuple(_term(table, kind, position) for position, table in enumerate(top.tables(kind), 1))
    if not terms and kind in _REQUIRED:
        raise Mistake(N_("The campaign file needs at least one [[%(kind)s]]."), kind=kind)
    for key in _repeated(term.key for term in terms):
        raise Mistake(N_("The key “%(key)s” occurs twice in [[%(kind)s]]."), key=key, kind=kind)
    for number in _repeated(term.number for term in terms):
        raise Mistake(N_("The number %(number)d occurs twice in [[%(kind)s]]."), number=number, kind=kind)
    for piece in _repeated(piece.casefold() for term in terms for piece in term.recognise):
        raise Mistake(
            N_("“%(piece)s” occurs twice under “recognise”: a name can belong to one sector only."),
            piece=piece,
        )
    return terms


def _term(table: TomlTable, kind: TermKind, position: int) -> Term:
    gist = table.group("gist") if "gist" in table.entries else None
    term = Term(
        number=table.number("number", _MOST_TERMS, position),
        key=table.key("key"),
        name_zh=table.text("zh"),
        name_en=table.text("en"),
        gist_zh=gist.text("zh") if gist else "",
        gist_en=gist.text("en") if gist else "",
        icon=table.text("icon", ""),
        colour=table.text("colour", ""),
        chair=table.flag("chair"),
        recognise=table.texts("recognise"),
        second_reading=table.flag("second_reading"),
    )
    for part in (table, gist):
        if part:
            part.refuse_rest()
    if RESERVED_KEYS.get(kind) == term.key:
        raise Mistake(
            N_("The key “%(key)s” is reserved. Give [[%(kind)s]] another one."),
            key=term.key,
            kind=kind,
        )
    return term


def _format_map(top: TomlTable, formats: tuple[Term, ...]) -> dict[str, str]:
    table = TomlTable(top.entries.pop("format_map", {}), "format_map")
    keys = {term.key for term in formats}
    format_map = {text: table.text(text) for text in list(table.entries)}
    for text, key in format_map.items():
        if key not in keys:
            raise Mistake(
                N_("“%(text)s” is mapped to “%(key)s”, which is not the key of any [[format]]."),
                text=text,
                key=key,
            )
    return format_map


def _repeated(values: Iterable[Value]) -> list[Value]:
    return [value for value, times in Counter(values).items() if times > 1]
