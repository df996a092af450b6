"""What the headings of a table and the names of its sheets say of the rows below: the day, the region, the host."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from models.errors import N_
from models.imports.findings import Finding, Line, Row
from models.imports.spreadsheet import cells, region_cell
from models.imports.spreadsheet.names import hosts as hosts_of_cells
from models.imports.spreadsheet.names.organizations import is_organization, is_rooted, with_own_name
from models.imports.spreadsheet.times import normal_form, time_words
from models.places.regions import CORPS, COUNTY, is_below, level_of, regions_by_code

_NUMBER = re.compile(
    r"^[(（]?(?:[一二三四五六七八九十]{1,3}|[ⅠⅡⅢⅣⅤⅥ]|\d{1,2})[)）、.．]+\s*|^第[一二三四五六七八九十]{1,3}[部阶板类章][分段块]?[:：]?"
)
_REMARK = re.compile(
    r"[(（]\d+[项场个][)）]$|(?:宣传周)?(?:活动|专场|日程)?(?:安排|计划)?(?:表|一览表)?[:：]?$"
)
# Meetings and offices in general, whatever place they begin with: 市级新闻发布会, 市直机关.
_NO_HOST = re.compile("机关$|会$")
_SOCIETY = re.compile("(?:[协商学工]|联合|委员|基金|促进|贸促|[党政管居村]委)会$")
# What a table is of, wherever its place is unknown: 青禾小学, 云溪农村商业银行.
_INSTITUTION = re.compile(
    "(?:大学|学院|[中小]学|学校|医院|公司|集团|银行|协会|学会|商会|图书馆|博物馆|科技馆|保护中心|服务中心|[省市区县州旗][^省市区县州旗]{2,14}[局院])$"
)
# 填报单位：, 2024年, 中共
_BEFORE_NAME = re.compile(r"^[^:：]*[:：]\s*|^\d{4}年度?|^中共|^附?(?:表|件)\s*\d+\s*")
_REPORTER = re.compile(
    r"(?:(?:填报|填表|填写|报送|申报|上报|报备|编制|制表|发布|主办|组织|牵头|责任)单位|单位(?:名称|全称)?)(?:\((?:盖章|公章|签章|章)\)|盖章)?[:]?"
)
_STAMP = re.compile(r"\s*[(（](?:加?盖公?章|公章|签章|印章|章)[)）]$")
_VENUE = re.compile(r"\s*(?:活动|会议|举办|举行|培训|讲座|论坛)?地\s*点\s*[:：]\s*(\S.*)")
# 灌云县人民法院2024年…, 灌云县科协“4·26”活动安排
_OF_ONE = re.compile(
    r"(.{2,30}?(?:局|院|厅|委|会|科协|海关|大学|学院|中学|小学|中心|馆|公司|集团|银行|学校|部))(?=(?:\([^()]*\))?(?:关于|开展|园区|校园|全[校院馆]|[\u4e00-\u9fff]{0,4}开放日|系列)?(?:20\d\d|[“\"《]|知识产权|宣传周|4[·.]26|世界|公益|宣传|[\u4e00-\u9fff]{0,4}开放日|系列活动|活动|\d{1,2}月))"
)
# 公司地址：北京市海淀区…; of these the events are in the house, those of an office anywhere in its region.
_ADDRESS = re.compile(r"(?:^|\s)[\u4e00-\u9fff]{0,4}(?:地址|馆址|校址)\s*[:：]\s*(\S.*)")
_HOUSE = re.compile("(?:馆|公司|集团|银行|大学|学院|[中小]学|学校|医院|社区|协会|商会|园区?)$")
# 山东大学（威海）2024年…
_CAMPUS = re.compile(r"^[^()]{2,20}(?:大学|学院|学校|公司|分院|中心|校区)\(([\u4e00-\u9fff]{2,8})\)")
_NUMBERED = re.compile(r"[(（]?\d{1,2}[)）.、．](?!\d)")
_CLOCK = re.compile(r"(\d{1,2})[:时点]")
_REGIONS = ("province", "city", "county", "region", "region_code")
_HOSTS = ("organizers", "lead_unit", "undertakers", "department")


@dataclass(frozen=True, slots=True)
class Heading:
    """Of the rows below. half: the word of the part of the day. region and host: as written, "" where there is none.
    county: the code of one that is named without its city. within: the code of the region whose table it is. reporter:
    the organization that fills in the table, the host where no column names one. venue: the place of all, likewise.
    several: the codes of the counties that it may be the table of, with blanks."""

    day: str = ""
    half: str = ""
    region: str = ""
    host: str = ""
    county: str = ""
    within: str = ""
    reporter: str = ""
    venue: str = ""
    several: str = ""

    def below(self, text: str) -> "Heading":
        """This one with what the next heading says; one that says nothing of region or host ends those before."""
        read = heading_of(text)
        if read.day:
            return replace(self, day=read.day, half=read.half)
        return replace(self, region=read.region, host=read.host, county=read.county)

    def over(self, row: Row) -> Row:
        """The row with what it leaves open."""
        row = replace(row, within=self.within)
        if not (self.day or self.region or self.host or self.county or self.reporter or self.venue):
            return row
        cell = dict(row.cells)
        added, notes = [], list(row.notes)
        if (
            self.day
            and not cell["start_date"]
            and not time_words.has_day(cell["time_text"] or cell["start_time"])
        ):
            cell["start_date"] = self.day
            name = "start_time" if cell["start_time"] else "time_text"
            cell[name] = in_half(cell[name], self.half)
        region, county = self._region() if not any(cell[name] for name in _REGIONS) else ("", "")
        if region:
            cell["region"] = region
            added.append(region)
        host = self.host or ("" if any(name in row.columns for name in _HOSTS) else self.reporter)
        if host and not any(cell[name] for name in _HOSTS):
            cell["organizers"] = host
            added.append(host)
        if self.reporter and not self.host:
            before, cell = cell, hosts_of_cells.with_organization(cell, self.reporter)
            added += [self.reporter] if before != cell and self.reporter not in added else []
        for name in (*_HOSTS, "venue_text"):
            cell[name] = with_own_name(cell[name], self.reporter)
        if self.venue and "venue_text" not in row.columns:
            cell["venue_text"] = cell["venue_text"] or self.venue
            added.append(self.venue)
        if county:
            notes.append(_without_its_city(county))
        if added:
            why = N_("From the heading above or the name of the sheet: %(text)s.")
            notes.append(Finding(why, text="、".join(added)))
        return replace(row, cells=cell, county=county, notes=tuple(notes))

    def one_of_several(self, rows: Iterable[Row]) -> str:
        """Of the counties that bear the name above a table (南山区) the one whose city its places or hosts name; "" for none."""
        texts = " ".join(row.cells[name] for row in rows for name in ("venue_text", "address", "organizers"))
        named = [
            code
            for code in self.several.split()
            if any(region_cell.is_named_in(name, texts) for name in region_cell.names_above(code))
        ]
        return named[0] if len(named) == 1 else ""

    def _region(self) -> tuple[str, str]:
        """The name of the region of the rows below where it is certain; else the code of a county that may be it."""
        if self.county and self.within and is_below(self.county, self.within):
            return regions_by_code()[self.county].name, ""
        return self.region, self.county


def table_heading(name: str, lines: Sequence[Sequence[str]], first: str = "") -> Heading:
    """What the name of a sheet and the lines above its table say of all its rows. first: the code of the region of the first
    sheet, also that of one that names neither region nor organization: 镇街 behind 义乌市…（市级部门）."""
    heading = heading_of(name)
    for texts in ([text for text in line if text] for line in lines):
        if len(texts) == 1 and day_and_half(texts[0])[0]:
            heading = heading.below(texts[0])
    reporter = host_of_table(lines)
    within = region_of_table(lines) or region_cell.seat_in_short_name(reporter) or ""
    within = _seat_of_reporter(lines, reporter, within) or within
    texts = [_BEFORE_NAME.sub("", text) for line in lines for text in line]
    several = () if within else next(filter(None, map(region_cell.several_at_start, texts)), ())
    if not (within or reporter) and (not several or first in several):
        within = first
    venue = _venue_of_table(lines)
    return replace(heading, within=within, several=" ".join(several), reporter=reporter, venue=venue)


def _seat_of_reporter(lines: Sequence[Sequence[str]], reporter: str, within: str) -> str:
    """The code of the region that the lines above a table give for the house whose table it is, by its address or in brackets
    behind its name; "" for none, and for one that lies elsewhere than within."""
    texts = [cells.in_one_line(text) for line in lines for text in line if text]
    if within and not _HOUSE.search(reporter):
        return ""
    addresses = [match[1] for text in texts if (match := _ADDRESS.search(text))]
    codes = [region_cell.region_at_start(address, within or None) for address in addresses]
    names_of_tables = [cells.plain(_BEFORE_NAME.sub("", text)) for text in texts]
    names = [match[1] for name in names_of_tables if (match := _CAMPUS.match(name))]
    reads = [region_cell.read(name) for name in names]
    campuses = [read.code for read in reads if not read.problems and read.code]
    if campuses and not any(map(region_cell.region_at_start, names_of_tables)):
        return campuses[0]  # 哈尔滨工业大学（深圳）
    codes += campuses
    return next((code for code in codes if code and (not within or is_below(code, within))), "")


def _venue_of_table(lines: Iterable[Sequence[str]]) -> str:
    texts = (text for line in lines for text in line)
    return next((match[1].strip() for text in texts if (match := _VENUE.match(text))), "")


def region_of_table(lines: Iterable[Sequence[str]]) -> str:
    """The code of the region with whose name a line above a table begins: 连云港市各县区活动安排; "" for none."""
    texts = [_BEFORE_NAME.sub("", text) for line in lines for text in line]
    if any(map(region_cell.is_division, texts)):
        return CORPS
    whole = next(filter(None, map(region_cell.region_at_start, texts)), "")
    return whole or next(filter(None, map(region_cell.seat_in_short_name, texts)), "")


def host_of_table(lines: Iterable[Sequence[str]]) -> str:
    """The organization that a line above a table names: 填报单位（盖章）：灌云县知识产权局, 灌云县人民法院2024年活动安排;
    "" for none."""
    named = ""
    for texts in ([text for text in line if text] for line in lines):
        for text, after in zip_longest(texts, texts[1:], fillvalue=""):
            label = _REPORTER.match(cells.plain(text))
            if label:
                name = _STAMP.sub("", cells.plain(text)[label.end() :] or after)
                if is_organization(name):
                    return name
        if len(texts) == 1 and not named:
            title = _BEFORE_NAME.sub("", cells.plain(texts[0]))
            match = _OF_ONE.match(title)
            names = (title, match[1] if match else "")
            named = next((name for name in names if _is_host(name) or _is_institution(name)), "")
            campus = _CAMPUS.match(title)
            if named and campus and title.startswith(f"{named}({campus[1]})"):
                named += "" if region_cell.read(campus[1]).problems else f"({campus[1]})"
    return named.replace("(", "（").replace(")", "）")


def heading_of(text: str) -> Heading:
    """What one heading, or the name of a sheet, says."""
    day, half = day_and_half(text)
    if day:
        return Heading(day, half)
    name = _REMARK.sub("", _NUMBER.sub("", text.strip())).strip()
    if len(name) < 2:
        return Heading()
    if _is_host(name):
        return Heading(host=name)
    match = region_cell.read(name)
    region = regions_by_code()[match.code] if match.code and not match.problems else None
    # A name in daily use is too often another word: 东区, 合作, 平安.
    if region is None or len(name) < 3 or not name.endswith(region.name):
        return Heading()
    if level_of(region.code) == COUNTY and name == region.name:
        return Heading(county=region.code)
    return Heading(region=name)


def _is_host(name: str) -> bool:
    """Whether a heading is an organization's whole name: 灌云县知识产权局, and no 知识产权进校园."""
    if not (is_organization(name) and is_rooted(name)):
        return False
    return _NO_HOST.search(name) is None or _SOCIETY.search(name) is not None


def _is_institution(name: str) -> bool:
    return len(name) < 30 and is_organization(name) and _INSTITUTION.search(name) is not None


def _without_its_city(county: str) -> Finding:
    """Another place may bear the name: an office's own district that no list has."""
    why = N_(
        "“%(text)s” above or on the sheet is a county or district named without its city: an office takes it as the region "
        "only where it lies in its own region."
    )
    return Finding(why, text=regions_by_code()[county].name)


def day_and_half(text: str) -> tuple[str, str]:
    """The day of a heading and the word of the part of the day behind it: 4月22日（星期一）下午; "" for none."""
    if time_words.is_day(text):
        return text, ""
    line = normal_form.plain(text)
    half = next((word for word, key in time_words.HALF_DAYS.items() if key and line.endswith(word)), "")
    day = line.removesuffix(half)
    return (day, half) if half and time_words.is_day(day) else ("", "")


def in_half(hours: str, half: str) -> str:
    """Hours under a heading with a part of the day: 2:00—3:30 under 下午."""
    first = _CLOCK.match(normal_form.plain(hours))
    if not half or not hours or first is None or any(word in hours for word in time_words.HALF_DAYS):
        return hours or half
    return f"{half}{hours}" if int(first[1]) < 12 else hours


def further_note(line: Line) -> str:
    """The text of a line below a note that goes on with it: 2.活动照片当日报送; "" for any other line."""
    texts = [cell for cell in line.cells if cell]
    return texts[0] if len(texts) == 1 and _NUMBERED.match(texts[0]) else ""
