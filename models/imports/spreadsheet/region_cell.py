"""One cell that names a whole place: 江苏省连云港市灌云县, 江苏 连云港, 南京鼓楼, 海淀, 新疆兵团第八师, 320723."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from models.errors import N_
from models.imports.findings import Finding
from models.places import recognition, regions
from models.places.recognition import Problem, Recognition, RegionProblem
from models.places.regions import CORPS, COUNTY, PREFECTURE, PROVINCE, StandardRegion

_BETWEEN = re.compile(r"[\s/·>—-]+")
# No name of a region is longer, nor two of them together.
_LONGEST = 40
# What stands before the place in the name of a branch: 人民银行伊春市分行, 国家税务总局伊春市税务局.
_NATIONAL = re.compile(
    "(?:中国|国家|人民银行|国网|中共|共青团|民盟|民建|九三学社).{0,10}?(?=[\u4e00-\u9fff]{2,10}[省市区县州旗盟])"
)
# What follows the name in daily use of the place where an organization sits.
_SHORT_NAME = re.compile(
    "贸促会|科协|海关|高院|高级人民法院|检察院|知识产权|商标|版权|高新区|经开区|经济技术开发区|高新技术产业开发区|综合保税区|自贸|(?:(?!大学|学院).){0,8}(?:大学|学院)(?:$|[\u4e00-\u9fff]{0,8}(?:馆|学院|系|处|部|中心|团委)$)"
)
# 北京路步行街 is not in Beijing.
_ROAD = re.compile("[东西南北中]?(?:[路街巷弄里]|大道|大街|胡同|饭店|酒店|宾馆|大厦)")
# What follows 县 as a word: 县城, 县级
_OF_COUNTY = ("城", "级", "域", "区", "直", "乡", "际")
# 中国（宁夏）知识产权保护中心
_OF_CHINA = re.compile("中国[(（]([\u4e00-\u9fff]{2,8})[)）]")
# Named for a person.
_NO_SEATS = ("中山大学",)
_DIVISION = re.compile("第[一二三四五六七八九十]{1,3}师")
# What belongs to no district of the city or province above: 市本级.
_OWN_LEVEL = re.compile("[省市区县州旗]?本级|[省市区县州旗]直|[省市县区]级")
# However it is written, the Corps is no part of the autonomous region.
_CORPS = re.compile("(?:新疆(?:维吾尔)?(?:自治区)?){0,2}(?:生产)?(?:建设)?兵团")


@lru_cache(maxsize=4096)
def read(text: str) -> Recognition:
    """The deepest region that a cell names for certain, and what of it could not be used.

    A name in daily use counts where it fits one place in the country (海淀) or one below the place before it
    (南京鼓楼); one that fits several (朝阳, 鼓楼) stays open."""
    plain = unicodedata.normalize("NFKC", text).strip()
    parts = [part for part in _BETWEEN.split(plain) if part]
    joined = "".join(parts)
    corps = names_the_corps(joined)
    if corps:
        return recognition.recognise_region(regions.regions_by_code()[CORPS].name, "", joined[corps.end() :])
    sure = regions.regions_by_code().get(plain) or _sole(joined) or _below_a_city(joined)
    if sure:
        return Recognition(sure.code)
    if len(recognition.regions_named(joined)) > 1:
        return Recognition(None, [Problem("province", text.strip(), RegionProblem.AMBIGUOUS)])
    match = recognition.recognise_region(*(_parted(parts) if len(parts) > 1 else _divided(joined)))
    if len(parts) > 1 and match.problems:
        together = recognition.recognise_region(*_divided(joined))  # 江苏省连云港市 灌云县
        return match if together.problems else together
    return match


def region_of_cells(cell: dict[str, str], findings: list[Finding]) -> tuple[str | None, str]:
    """The region from three cells, else from one, else from its code."""
    parts = [_below_none(cell[name]) for name in ("province", "city", "county")]
    sole = "" if any(parts) else _below_none(cell["region"])
    if names_the_corps("".join(parts[:2])):
        match = read("".join(parts))  # 新疆维吾尔自治区, 兵团第八师
    else:
        match = read(sole) if sole else recognition.recognise_region(*parts)
    if match.problems and sum(map(bool, parts)) == 1:
        known_alone = region_at_start("".join(parts))  # 木里县, 临夏州
        if known_alone and _is_whole_text("".join(parts), known_alone):
            match = Recognition(known_alone)
        elif (city := _sole(parts[1])) and city.level == PREFECTURE:
            match = Recognition(city.code)  # 广州, with nothing above it
    match = match if parts[0] or not parts[1] else _as_city(parts[1], match)
    if match.problems and sum(map(bool, parts)) > 1:
        together = read("".join(parts))  # 福州 | 鼓楼
        match = match if together.problems else together
    written = "" if any(parts) or match.code else cell["region_code"]
    known = code(written)
    if written and known is None:
        why = Finding(N_("There is no region with the code “%(value)s”."), value=written[:40])
        findings.append(why.about("region_code"))
    findings += [
        Finding(recognition.PROBLEM_TEXTS[problem.why], text=problem.text).about(
            "region" if sole else problem.field
        )
        for problem in match.problems
    ]
    words = sole or " ".join(dict.fromkeys(filter(None, parts)))
    return match.code or known, words if match.problems else ""


def _as_city(name: str, match: Recognition) -> Recognition:
    """The city for 吉林 in a column of cities, which read alone is the province; any other as it is."""
    province = match.code and regions.level_of(match.code) == PROVINCE
    codes = [row.code for row in recognition.regions_named(f"{name}市") if row.level == PREFECTURE]
    return Recognition(codes[0]) if province and len(codes) == 1 else match


def _is_whole_text(text: str, code: str) -> bool:
    """Whether a text is this region's name and nothing more."""
    return any(row.code == code for row in recognition.regions_named(text))


def is_division(text: str) -> bool:
    """Whether a text begins with a division of the Corps: 第八师石河子市."""
    return _DIVISION.match(text) is not None


def _below_none(text: str) -> str:
    return "" if _OWN_LEVEL.fullmatch(text) else text


def names_the_corps(text: str) -> re.Match | None:
    """Whether a place is in the Corps, and how much of the text says so."""
    return _CORPS.match(text)


def code(text: str) -> str | None:
    """The code of a region that a cell holds instead of a name; None for anything else."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return plain if plain in regions.regions_by_code() else None


def _parted(parts: Sequence[str]) -> tuple[str, str, str]:
    """The texts for province, city and county, as recognition.recognise_region() reads them, of names that stand apart."""
    first = _sole(parts[0])
    above = ("",) if _longest(parts[0], PROVINCE) is None else ()
    city = first.name if first and first.level == PREFECTURE else parts[0]
    return (*above, city if above else parts[0], parts[1], "".join(parts[2:]), "")[:3]


def _divided(text: str) -> tuple[str, str, str]:
    """The same of names without a sign between them; what begins with no province may begin with the name of a city."""
    province, city = _longest(text, PROVINCE), _longest(text, PREFECTURE)
    if city and not (city[1].name == city[0] or city[0].endswith("州")):
        city = None  # 南京路 is no place in 南京
    if city and (province is None or len(city[0]) > len(province[0])):
        return "", city[1].name, text.removeprefix(city[0])  # 吉林市, and no 市 of 吉林
    if province is None:
        return "", text, ""
    rest = text.removeprefix(province[0])
    counties = (row for row in recognition.regions_named(rest) if row.name == rest and row.level == COUNTY)
    if any(_lies_in(row, province[1]) for row in counties):
        return province[0], "", rest  # 辽宁朝阳县, and no 县 of 朝阳
    below = _longest(rest, PREFECTURE, province[1])
    return province[0], below[0] if below else "", rest.removeprefix(below[0]) if below else rest


def _sole(text: str) -> StandardRegion | None:
    """The one place that a text names; where a province or prefecture of this name holds the others, that one."""
    rows = recognition.regions_named(text)
    provinces = [row for row in rows if row.level == PROVINCE]
    if provinces or len(rows) == 1:
        return (provinces or rows)[0]
    return next((row for row in rows if all(_lies_in(other, row) for other in rows)), None)


def _below_a_city(text: str) -> StandardRegion | None:
    """The one county that 南京鼓楼, 延边州延吉市 or 深圳南山区 names."""
    counties = {
        below
        for cut in range(2, min(len(text) - 1, _LONGEST))
        for city in recognition.regions_named(text[:cut])
        if city.level == PREFECTURE
        for below in recognition.regions_named(text[cut:])
        if below.level == COUNTY and _lies_in(below, city)
    }
    return counties.pop() if len(counties) == 1 else None


def _longest(text: str, level: str, above: StandardRegion | None = None) -> tuple[str, StandardRegion] | None:
    """The longest name of a region of a level with which a text begins, and the region."""
    for cut in range(min(len(text), _LONGEST), 1, -1):
        for row in recognition.regions_named(text[:cut]):
            if row.level == level and (above is None or _lies_in(row, above)):
                return text[:cut], row
    return None


def _lies_in(row: StandardRegion, above: StandardRegion) -> bool:
    return regions.is_below(row.code, above.code)


def several_at_start(text: str) -> tuple[str, ...]:
    """The codes of the counties with whose name a text begins where several places bear it: 南山区."""
    for length in range(min(len(text), 12), 2, -1):
        rows = [row for row in recognition.regions_named(text[:length]) if row.name == text[:length]]
        if rows:
            return tuple(row.code for row in rows) if len(rows) > 1 else ()
    return ()


def names_above(code: str) -> list[str]:
    """The names in daily use of what a region lies in: 深圳, 广东."""
    return [regions.regions_by_code()[above].short for above in regions.ancestors(code)]


def is_named_in(name: str, text: str) -> bool:
    """Whether a text speaks of a place: 石家庄市民中心, no 石家庄大街."""
    return any(not _ROAD.match(text, match.end()) for match in re.finditer(re.escape(name), text))


@lru_cache(maxsize=4096)
def region_at_start(text: str, base: str | None = None) -> str | None:
    """The deepest region with whose whole name a text begins: 广东省广州市黄埔区开创大道, 永嘉县2024年…. Of a name that several
    places bear, the one in base. None for a name in daily use, which may be another word, but that of a province."""
    code: str | None = None
    rest = unicodedata.normalize("NFKC", text).strip()
    while rest:
        step = _first_region(rest, code or base, code is not None)
        if step is None:
            return code
        rest, code = rest[step[0] :], step[1].code
    return code


def _first_region(text: str, above: str | None, within: bool) -> tuple[int, StandardRegion] | None:
    """The longest name at the start of a text and its region. within: it lies in above; else that decides between several."""
    for length in range(min(len(text), 12), 1, -1):
        named = recognition.regions_named(text[:length])
        rows = [row for row in named if _is_whole(row, text[:length], text[length:])]
        inside = [row for row in rows if above and regions.is_below(row.code, above)]
        rows = inside if within or (inside and len(rows) > 1) else rows
        if len(rows) == 1:
            return length, rows[0]
    return None


def _is_whole(row: StandardRegion, name: str, rest: str) -> bool:
    if row.level == PROVINCE:
        return row.name == name or _ROAD.match(rest) is None
    if row.name == name and (
        len(name) > 2 or (name[1] == "县" and name != "新县" and rest[:1] not in _OF_COUNTY)
    ):
        return True
    # 凉山州, 木里县
    return len(name) > 2 and row.name.endswith("自治" + name[-1]) and name[-1] in "州县旗"


@lru_cache(maxsize=4096)
def seat_in_name(name: str) -> str | None:
    """The region whose name an organization bears at its beginning, or a branch behind the name of the whole: 江苏省知识产权局,
    灌云县人民法院, 人民银行伊春市分行."""
    starts = range(min(len(name), 12)) if _NATIONAL.match(name) else range(1)
    return next((code for start in starts if (code := _seat_at_start(name[start:]))), None)


def _seat_at_start(name: str) -> str | None:
    code: str | None = None
    rest = name
    while rest:
        for length in range(min(len(rest), 12), 1, -1):
            rows = [
                row
                for row in recognition.regions_named(rest[:length])
                if row.name == rest[:length] and (code is None or regions.is_below(row.code, code))
            ]
            if len(rows) == 1:
                code, rest = rows[0].code, rest[length:]
                break
        else:
            return code
    return code


def seat_in_short_name(name: str) -> str | None:
    """The region where an organization sits whose name says it in daily words: 烟台海关, 广西贸促会, 荆州学院."""
    if name.startswith(_NO_SEATS):
        return None
    if center := _OF_CHINA.match(name):
        match = read(center[1])
        return match.code if not match.problems else None
    for length in (4, 3, 2):
        named = recognition.regions_named(name[:length])
        rows = [row for row in named if row.level != COUNTY]
        if len(rows) == 1 and _SHORT_NAME.match(name[length:]):
            return rows[0].code
        if len(named) == 1 and name.startswith("海关", length):
            return named[0].code  # 满洲里海关
    return None


def seat_of(name: str, region: str | None) -> str | None:
    """Where a host sits: where its name says (铜陵市中级人民法院), else the event's region."""
    seat_named = seat_in_name(name)
    if seat_named and (region is None or not regions.is_below(seat_named, region)):
        return seat_named
    if region is None:
        return None
    rest, seat = name, None
    for code in (*regions.ancestors(region), region):
        above = regions.regions_by_code()[code].name
        if rest.startswith(above):
            rest, seat = rest.removeprefix(above), code
    return seat or region
