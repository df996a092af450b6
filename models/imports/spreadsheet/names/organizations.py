"""What is the name of an organization, and the part that it plays beside others. Pure."""

import re
from collections.abc import Sequence

from models.imports.spreadsheet.names.pieces import BLANK, CHINESE, SIGNS, apart
from models.places import recognition

ROLE_WORDS = "联合主办|主办|承办|协办|指导|支持"
# 甲（主办）乙（协办）, and 主办：甲；承办单位：乙
ROLE = re.compile(rf"[（(]({ROLE_WORDS})(?:单位|方)?[)）]")
_OWN_ROLE = re.compile(ROLE.pattern + "$")
# 中国（宁夏）知识产权保护中心
_OF_CHINA = re.compile("^中国[(（][\u4e00-\u9fff]{2,8}[)）]")
_BRACKETED = re.compile("[(（][^()（）]*[)）]$")
# How the name of an organization ends, and what makes it the whole name of one with 、 in it: 知识产权 alone is none.
_ORGANIZATION = re.compile(
    "(?:[局厅部委办院所会社司行学校馆台站关署队联协府处科室厂店园组系]|中心|集团|街道|总部)$"
)
_ROOTED = re.compile("共青团|民盟|民建|民进|九三学社|国家|中国|中共|中央|全国|最高|[省市区县州镇乡旗]|自治区")
# 青云市市场监管局知识产权科
_WITH_DEPARTMENT = re.compile("[局委厅院会关部].{2,10}(?:科|处|室|股|庭)$")
# What is an organization in a list of such: 市科协, 团市委, 省高院, 各成员单位.
_SHORT = re.compile(
    rf"[校院]?团委|工会|\d+团|[{CHINESE}]{{2,12}}(?:[局厅部委办院会社司校馆台站署队联协府处科室庭组]|政协|人大)|(?:各|相关|有关|联席会议)*(?:成员|相关|有关)单位"
)
_DEPARTMENT = re.compile(
    rf"[{CHINESE}]{{2,12}}[科处室股庭]|[{CHINESE}]{{2,10}}(?:支队|大队|中队)|第[一二三四五六七八九十]+检察部|机关(?:党委|团委|工会|纪委|妇委会)|[党团]总?支部"
)
_SCHOOL = re.compile("(?:大学|学院|学校|中学|小学|[一二三四五六七八九十]中|幼儿园)$")
_OF_SCHOOL = re.compile(
    rf"[校院系]?(?:团委|工会|学生会|研究生会|少先队(?:大队部?)?|图书馆|(?:党委)?宣传部|学生工作部|学工部)|[{CHINESE}]{{1,10}}(?:学院|系|[{CHINESE}]{{1,6}}组|社团?|学社)"
)
_COMPANY = re.compile("(?:公司|集团|银行|医院|厂)$")
_OF_COMPANY = re.compile(rf"工会|[{CHINESE}]{{2,8}}(?:部|中心|支行|分行|车间|办)")
# 本院, 我校; what the word stands for
_OWN = re.compile("[本我](院|校|馆|局|司|行|园|委|公司|中心|社区|街道|镇)(?!长|内外)")
_KINDS_OF_OWN = {
    "校": "学校|大学|学院|中学|小学|[一二三四五六七八九十]中",
    "司": "公司",
    "行": "银行|[支分]行",
    "园": "幼儿园|园区?",
    "委": "委|委员会",
}
_AND = re.compile("[局厅部委办院所会社校馆台站关署队联协心](?:和|与|及|以及|暨)")
_OTHERS = re.compile(
    r"等(?:[\d一二两三四五六七八九十百几多数余]+\D{0,10}|(?:有关|相关|多)\D{0,8}|各?(?:单位|部门))?$"
)


def is_organization(name: str) -> bool:
    """Whether this can stand alone as an organization's whole name, and as no more than one's."""
    bare = _OF_CHINA.sub("中国", _BRACKETED.sub("", without_role(name))).strip()
    if len(bare) < 4 or re.search("[()（）]", bare) or are_several(bare):
        return False
    return _ORGANIZATION.search(bare) is not None


def is_rooted(name: str) -> bool:
    """Whether a name begins with the place that it belongs to."""
    if _ROOTED.match(name):
        return True
    return any(recognition.regions_named(name[:length]) for length in range(2, min(len(name), 12)))


def is_listed(name: str) -> bool:
    """Whether a piece of a list is an organization, also by a short name: 市科协, 团市委, 民二庭."""
    bare = _BRACKETED.sub("", without_role(name)).strip()
    if re.search("[()（）]", bare) or are_several(bare):
        return False
    return is_organization(name) or _SHORT.fullmatch(bare) is not None


def is_department(name: str, organization: str) -> bool:
    """Whether a name is a part of this organization that does not say so: 知识产权科, 民二庭; of a school 校团委, 文法学院."""
    if is_rooted(name):
        return False
    organization = _BRACKETED.sub("", organization)  # 哈尔滨工业大学（深圳）
    within = _DEPARTMENT.fullmatch(name) or (_SCHOOL.search(organization) and _OF_SCHOOL.fullmatch(name))
    return bool(within or (_COMPANY.search(organization) and _OF_COMPANY.fullmatch(name)))


def are_several(entry: str) -> bool:
    """Whether an entry looks like the names of several organizations."""
    if not re.search(f"[{CHINESE}]", entry):
        return False  # People's Government of Yunnan Province, Information Office
    bare = _BRACKETED.sub("", entry)
    if len(apart(bare, SIGNS)) > 1 or BLANK.search(bare) or _OTHERS.search(bare):
        return True
    return _ORGANIZATION.search(bare) is not None and _AND.search(bare) is not None


def names_its_organization(department: str) -> bool:
    """Whether a department is said with its organization: 青云市市场监管局知识产权科."""
    return is_rooted(department) and _WITH_DEPARTMENT.search(department) is not None


def with_own_name(text: str, organization: str) -> str:
    """本院三楼 in the table of a court with its name; as it is where the word is of another kind of organization."""
    own = _OWN.match(text)
    kinds = _KINDS_OF_OWN.get(own[1], own[1]) if own else ""
    if own is None or not re.search(f"(?:{kinds})$", organization):
        return text
    return organization + text[own.end() :]


def leader(hosts: Sequence[str]) -> str:
    """The host that leads: the first, but for those that do something else (指导单位：…)."""
    return next((host for host in hosts if _leads(host)), hosts[0])


def _leads(host: str) -> bool:
    role = _OWN_ROLE.search(host)
    return role is None or role[1].endswith("主办")


def without_role(name: str) -> str:
    """An organization's name without the part it plays: 山东省教育厅(主办) -> 山东省教育厅."""
    return _OWN_ROLE.sub("", name).strip()
