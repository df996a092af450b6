"""The readable campaign file: everything the system knows about one week, checked before anything is stored.

Pure: no database. `models/data/ip-2024.toml` is the first such file and shows every entry.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from models.campaigns.tables import TermKind
from models.campaigns.toml_table import TomlTable
from models.errors import N_, Mistake

KINDS = tuple(TermKind)
# Without these a week cannot be held; the other lists may be missing.
_NEEDED = {TermKind.AUDIENCE, TermKind.FORMAT}
# What rows without a known group or format are filed under.
RESERVED_KEYS = {TermKind.AUDIENCE: "unknown", TermKind.FORMAT: "other"}
# Numbers of groups travel in one byte of a code, those of campaigns in two.
_MOST_TERMS, _MOST_CAMPAIGNS = 255, 65535
MOST_DAYS = 60  # days; each is a bit of a number that a database holds (models.standing)


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a list. gist, icon, colour, chair and recognise are empty where the list has no use for them."""

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


@dataclass(frozen=True, slots=True)
class CampaignFile:
    """One campaign. starts and ends are days of its zone, both included.

    terms: by kind, in the order of the file. format_map: a reported form of activity -> the key of a format.
    days_off and working_weekends: where its country's calendar differs from Monday to Friday.
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
    days_off: frozenset[date]
    working_weekends: frozenset[date]
    terms: Mapping[str, tuple[Term, ...]]
    format_map: Mapping[str, str]

    def terms_of(self, kind: str) -> tuple[Term, ...]:
        """The terms of one of KINDS, in the order of the file."""
        return self.terms[kind]

    def format_of(self, reported: str) -> str:
        """The key of the format that a reported form of activity belongs to, `other` where the file does not say."""
        return self.format_map.get(reported.strip(), RESERVED_KEYS[TermKind.FORMAT])

    def summary_due(self) -> date:
        """The working day by which the summaries are to be handed in."""
        day = self.ends
        left = self.summary_working_days
        while left:
            day += timedelta(days=1)
            left -= self._is_working_day(day)
        return day

    def _is_working_day(self, day: date) -> bool:
        return day in self.working_weekends or (day.weekday() < 5 and day not in self.days_off)


def read_campaign_file(source: Path | str) -> CampaignFile:
    """The campaign in a file, or in a text of more than one line. Raises Mistake for the first thing wrong in it."""
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
    """The key of the line that an organization's name belongs to, None where the name does not say it for certain.

    1. What stands in brackets is a second nameplate: 市场监督管理局(知识产权局) is market regulation. Brackets
       count only where the rest of the name says nothing: 县服务中心(县知识产权局) is an IP office.
    2. A piece that is part of a longer piece in the name does not count. Two lines that are left are a draw: None.
    3. Several organizations in one name (法院、检察院) are None unless all belong to one line.
    """
    name = organization.replace("（", "(").replace("）", ")")
    parts = [part for part in name.split("、") if part.strip()]
    if len(parts) > 1:
        found = {recognise_line(lines, part) for part in parts}
        return found.pop() if len(found) == 1 else None
    outside = re.sub(r"\([^()]*\)", " ", name)
    inside = " ".join(re.findall(r"\(([^()]*)\)", name))
    named = _lines_named(lines, outside) or _lines_named(lines, inside)
    return named.pop() if len(named) == 1 else None


def _lines_named(lines: tuple[Term, ...], name: str) -> set[str]:
    """The keys of the lines with a piece in the name that is not merely part of a longer piece found there."""
    name = name.casefold()
    found = {
        piece.casefold(): line.key for line in lines for piece in line.recognise if piece.casefold() in name
    }
    return {
        key for piece, key in found.items() if not any(piece in other for other in found if other != piece)
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
    marked = top.group("marked") if "marked" in top.table else None
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
        days_off=summary.days("days_off"),
        working_weekends=summary.days("working_weekends"),
        terms=MappingProxyType(terms),
        format_map=MappingProxyType(_format_map(top, terms[TermKind.FORMAT])),
    )
    for entries in (top, name, theme, summary, marked):
        if entries:
            entries.done()
    _check_days(campaign)
    return campaign


def _check_days(campaign: CampaignFile) -> None:
    try:
        ZoneInfo(campaign.zone)
    except (OSError, ValueError, KeyError):  # a folder of zones, no name at all, none of that name
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


def _terms(top: TomlTable, kind: str) -> tuple[Term, ...]:
    terms = tuple(_term(entries, kind, place) for place, entries in enumerate(top.tables(kind), 1))
    if not terms and kind in _NEEDED:
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


def _term(entries: TomlTable, kind: str, place: int) -> Term:
    gist = entries.group("gist") if "gist" in entries.table else None
    term = Term(
        number=entries.number("number", _MOST_TERMS, place),
        key=entries.key("key"),
        name_zh=entries.text("zh"),
        name_en=entries.text("en"),
        gist_zh=gist.text("zh") if gist else "",
        gist_en=gist.text("en") if gist else "",
        icon=entries.text("icon", ""),
        colour=entries.text("colour", ""),
        chair=entries.flag("chair"),
        recognise=entries.texts("recognise"),
    )
    for part in (entries, gist):
        if part:
            part.done()
    if RESERVED_KEYS.get(kind) == term.key:
        raise Mistake(
            N_("The key “%(key)s” is reserved. Give [[%(kind)s]] another one."),
            key=term.key,
            kind=kind,
        )
    return term


def _format_map(top: TomlTable, formats: tuple[Term, ...]) -> dict[str, str]:
    table = top.table.pop("format_map", {})
    entries = TomlTable(table, "format_map")
    keys = {term.key for term in formats}
    mapped = {text: entries.text(text) for text in table}
    for text, key in mapped.items():
        if key not in keys:
            raise Mistake(
                N_("“%(text)s” is mapped to “%(key)s”, which is not the key of any [[format]]."),
                text=text,
                key=key,
            )
    return mapped


def _repeated(values: object) -> list:
    return [value for value, times in Counter(values).items() if times > 1]
