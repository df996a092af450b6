"""The organizations of a cell and of a row, with the parts that they play. Pure; a cell that cannot be divided for certain
keeps its words, and is named in a finding."""

import re
from collections.abc import Iterator, Mapping, Sequence

from models.errors import N_
from models.imports.findings import Finding
from models.imports.spreadsheet import cells
from models.imports.spreadsheet.column_synonyms import ROLES
from models.imports.spreadsheet.names.organizations import (
    ROLE,
    ROLE_WORDS,
    are_several,
    is_department,
    is_listed,
    is_organization,
    is_rooted,
    leader,
    names_its_organization,
    without_role,
)
from models.imports.spreadsheet.names.pieces import SIGNS, apart, without_numbers

_PART = re.compile(rf"(?:^|(?<=[\s;；、，,。]))({ROLE_WORDS})(?:单位|方)?\s*[:：]")
_PERSON = re.compile(r"[\u4e00-\u9fff·]{1,3}[^局厅部委办院会联协府社司校馆站队所心\W\d]")
_PHONE = re.compile(r"(?:电话[:：]?)?[\d-]{5,}")
# 甲区人民政府主办，甲区市场监管局承办. Looked for at the beginning of a piece alone: a long text takes no time then.
_BEHIND = re.compile(r"(?<![^\s;；，,。])由?([^\s;；，,。]{3,}?)(?:联合)?(主办|承办|协办)(?=[;；，,。]|$)")
# 校学生会
_OF_THE_SCHOOL = re.compile("^[校院](?=团委|工会|学生会|研究生会)")
# One college with two names: 法学院、知识产权学院.
_COLLEGE = re.compile(r"[^\s、省市区县州]{1,8}学院、[^\s、省市区县州]{1,8}学院")
_SLASHES = "/／"
# 青云市, below it 市场监管局: a narrow column broke the name.
_REGION_ABOVE = re.compile(r"(?<=[省市区县州旗盟])[^\S\n]*\n\s*(?=[^\n]{2,}[局厅部委办院会司])")


def hosts(text: str, findings: list[Finding]) -> tuple[str, ...]:
    """The organizations of a cell, the part that each plays in brackets behind it where it is not the host.

    Semicolons and line breaks divide; 、 commas and slashes do where every piece names an organization."""
    names: list[str] = []
    doubtful: list[str] = []
    divided = False
    text = _BEHIND.sub(_part_behind, _REGION_ABOVE.sub("", cells.in_chinese(text)))
    for part, stretch in _parts(without_numbers(text)):
        entries = [entry.strip(" 、，,。") for entry in cells.entries(ROLE.sub(r"\g<0>;", stretch))]
        # Beside semicolons 、 may stand within a name.
        is_one = is_listed if len(entries) == 1 else is_organization
        for entry in filter(None, entries):
            pieces = [piece for piece in apart(entry, SIGNS) if piece]
            whole = len(pieces) > 1 and all(map(is_one, pieces)) and not _COLLEGE.fullmatch(entry)
            if whole and len(apart(entry, _SLASHES)) > 1:
                whole = all(map(is_rooted, pieces))  # 甲市市场监督管理局/知识产权局 is one with two names
            if whole:
                divided = True
            elif are_several(entry):
                doubtful.append(entry)
            names += [f"{name}{part}" for name in (pieces if whole else [entry])]
    if doubtful:
        why = N_(
            "“%(text)s” may be several organizations; kept in these words. Separate them with semicolons."
        )
        findings.append(Finding(why, text=doubtful[0][:80]).about("organizers"))
    elif divided:
        findings.append(
            Finding(N_("%(count)s organizations were recognised as organizers."), count=len(names))
        )
    return tuple(dict.fromkeys(names))


def hosts_of_row(cell: Mapping[str, str], findings: list[Finding]) -> tuple[tuple[str, ...], str]:
    """The hosts of a row, those of other columns with the part that they play: 青云大学（承办）; and words for the description,
    where a department stands in it without its organization."""
    names = [*hosts(cell["lead_unit"], findings), *hosts(cell["organizers"], findings)]
    others = [
        name if without_role(name) != name else f"{_of_leader(name, names)}（{part}）"
        for field, part in ROLES.items()
        for name in hosts(cell[field], findings)
    ]
    departments = [name for entry in cells.entries(cell["department"]) for name in cells.divided(entry)]
    if not names and not others:
        names = [name for name in departments if _stands_alone(name)]
        departments = [name for name in departments if name not in names]
    if departments and not names and not others:
        why = N_("“%(text)s” is a department without its organization; kept in the description.")
        findings.append(Finding(why, text=cell["department"][:80]).about("department"))
        return (), f"牵头科室：{'、'.join(departments)}"
    names += [f"{_whole_name(name, leader(names or others))}（承办）" for name in departments]
    return tuple(dict.fromkeys([*names, *others])), ""


def without_persons(text: str) -> str:
    """The organizations of a cell that names persons beside them: 区教育局 陈某; as it is where no organization is certain."""
    pieces = [piece for piece in re.split(r"[\s;；、，,/()（）]+", text) if piece]
    kept = [piece for piece in pieces if not (_PERSON.fullmatch(piece) or _PHONE.fullmatch(piece))]
    return "、".join(kept) if any(map(is_listed, kept)) else text


def _stands_alone(department: str) -> bool:
    """Whether what stands under 责任科室 says whose it is, or is an organization: 青云县市场监管局."""
    return is_rooted(department) and (names_its_organization(department) or is_organization(department))


def with_organization(cell: Mapping[str, str], organization: str) -> dict[str, str]:
    """The cells of a row whose hosts are departments of the organization that the table is of: it leads, and they are said
    with its name. As they are where another organization leads."""
    changed = dict(cell)
    leads = [piece for field in ("lead_unit", "organizers") for piece in _pieces(cell[field])]
    inner = [piece for piece in leads if is_department(piece, organization)]
    named = _pieces(cell["department"])
    if leads and leads[0] in inner:
        changed["lead_unit"] = ""
        changed["organizers"] = ";".join([organization, *(piece for piece in leads if piece not in inner)])
        changed["department"] = "、".join([*inner, *named])
    elif not leads and named and not all(map(_stands_alone, named)):
        changed["organizers"] = organization
    for field in ROLES:
        pieces = _pieces(cell[field])
        if any(is_department(piece, organization) for piece in pieces):
            changed[field] = ";".join(
                _whole_name(piece, organization) if is_department(piece, organization) else piece
                for piece in pieces
            )
    return changed


def _pieces(text: str) -> list[str]:
    """The names of a cell that says no parts, however they are divided."""
    if re.search("[:：(（]", text):
        return []
    return [piece for entry in cells.entries(text) for piece in apart(entry, SIGNS) if piece]


def _whole_name(department: str, leads: str) -> str:
    """知识产权科 as 青云市市场监督管理局知识产权科."""
    organization = without_role(leads)
    whole = department.startswith(organization) or is_rooted(department) or department.endswith("单位")
    return department if whole else f"{organization}{_OF_THE_SCHOOL.sub('', department)}"


def _of_leader(name: str, leads: Sequence[str]) -> str:
    """民二庭 beside a court that leads as that of the court."""
    own = bool(leads) and is_department(name, without_role(leader(leads)))
    return _whole_name(name, leader(leads)) if own else name


def _part_behind(match: re.Match[str]) -> str:
    return f"{match[1]};" if match[2] == "主办" else f"{match[1]}（{match[2]}）;"


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Each stretch of a cell with the part that it plays, "" for the host's."""
    pieces = _PART.split(text)
    yield "", pieces[0]
    for part, stretch in zip(pieces[1::2], pieces[2::2], strict=True):
        # What ends a stretch divides nothing within it.
        yield "" if part == "主办" else f"（{part}）", stretch.strip().rstrip(SIGNS + "。")
