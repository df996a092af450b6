"""What the headings of a table and the names of its sheets say of the rows below: the day, the region, the host."""

import re
from dataclasses import dataclass, replace

from models.errors import N_
from models.imports.findings import Finding, Row
from models.imports.spreadsheet import hosts_and_places, region_cell
from models.imports.spreadsheet.times import time_words

_NUMBER = re.compile(
    r"^[(（]?(?:[一二三四五六七八九十]{1,3}|[ⅠⅡⅢⅣⅤⅥ]|\d{1,2})[)）、.．]+\s*|^第[一二三四五六七八九十]{1,3}[部阶板类章][分段块]?[:：]?"
)
_REMARK = re.compile(
    r"[(（]\d+[项场个][)）]$|(?:宣传周)?(?:活动|专场|日程)?(?:安排|计划)?(?:表|一览表)?[:：]?$"
)
_CLOCK = re.compile(r"(\d{1,2})[:时点]")
_REGIONS = ("province", "city", "county", "region", "region_code")
_HOSTS = ("organizers", "lead_unit", "undertakers", "department")


@dataclass(frozen=True, slots=True)
class Heading:
    """Of the rows below. half: the word of the part of the day. region and host: as written, "" where there is none."""

    day: str = ""
    half: str = ""
    region: str = ""
    host: str = ""

    def below(self, text: str) -> "Heading":
        """This one with what the next heading says; one that says nothing of region or host ends those before."""
        read = heading_of(text)
        if read.day:
            return replace(self, day=read.day, half=read.half)
        return replace(self, region=read.region, host=read.host)

    def over(self, row: Row) -> Row:
        """The row with what it leaves open."""
        cell = dict(row.cells)
        added = []
        if (
            self.day
            and not cell["start_date"]
            and not time_words.has_day(cell["time_text"] or cell["start_time"])
        ):
            cell["start_date"] = self.day
            name = "start_time" if cell["start_time"] else "time_text"
            cell[name] = in_half(cell[name], self.half)
        if self.region and not any(cell[name] for name in _REGIONS):
            cell["region"] = self.region
            added.append(self.region)
        if self.host and not any(cell[name] for name in _HOSTS):
            cell["organizers"] = self.host
            added.append(self.host)
        why = Finding(N_("From the heading above or the name of the sheet: %(text)s."), text="、".join(added))
        return replace(row, cells=cell, notes=(*row.notes, why) if added else row.notes)


def heading_of(text: str) -> Heading:
    """What one heading, or the name of a sheet, says."""
    day, half = day_and_half(text)
    if day:
        return Heading(day, half)
    name = _REMARK.sub("", _NUMBER.sub("", text.strip())).strip()
    if len(name) < 2:
        return Heading()
    if hosts_and_places.is_organization(name):
        return Heading(host=name)
    match = region_cell.read(name)
    return Heading(region=name) if match.code and not match.problems else Heading()


def day_and_half(text: str) -> tuple[str, str]:
    """The day of a heading and the word of the part of the day behind it: 4月22日（星期一）下午; "" for none."""
    if time_words.is_day(text):
        return text, ""
    line = time_words.plain(text)
    half = next((word for word, key in time_words.HALF_DAYS.items() if key and line.endswith(word)), "")
    day = line.removesuffix(half)
    return (day, half) if half and time_words.is_day(day) else ("", "")


def in_half(hours: str, half: str) -> str:
    """Hours under a heading with a part of the day: 2:00—3:30 under 下午."""
    first = _CLOCK.match(time_words.plain(hours))
    if not half or not hours or first is None or any(word in hours for word in time_words.HALF_DAYS):
        return hours or half
    return f"{half}{hours}" if int(first[1]) < 12 else hours
