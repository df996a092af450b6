"""The campaign file: the facts of the 2024 notice, and one clear sentence for each mistake in a file."""

import csv
from datetime import date
from importlib.resources import files

import pytest

from models.campaigns import file as campaign_file
from models.campaigns.file import KINDS, read_campaign_file, recognise_line
from models.errors import Mistake

WEEK = campaign_file.default_campaign_file()

SMALL = """
id = "reading-2027"
number = 2
zone = "Europe/Berlin"
starts = 2027-03-01
ends = 2027-03-03

[name]
zh = "阅读周"
en = "Reading week"

[theme]
zh = "一起读书"
en = "Read together"

[summary]
working_days = 3

[[audience]]
key = "children"
zh = "儿童"
en = "Children"

[[audience]]
key = "adults"
zh = "成人"
en = "Adults"

[[format]]
key = "reading"
zh = "朗读"
en = "Reading aloud"

[format_map]
"讲故事" = "reading"
"""


def test_the_week_of_the_notice():
    assert (WEEK.id, WEEK.number, WEEK.zone) == ("ip-2024", 1, "Asia/Shanghai")
    assert (WEEK.starts, WEEK.ends) == (date(2024, 4, 20), date(2024, 4, 26))
    assert (WEEK.theme_zh, WEEK.marked_day) == ("知识产权转化运用促进高质量发展", date(2024, 4, 26))
    assert (WEEK.marked_zh, WEEK.marked_en) == ("世界知识产权日", "World Intellectual Property Day")
    assert WEEK.summary_working_days == 7


def test_the_lists_of_the_notice():
    assert {kind: len(WEEK.terms_of(kind)) for kind in KINDS} == {
        "audience": 4, "focus": 5, "format": 6, "spotlight": 5, "line": 21, "unit": 21, "answer": 3,
    }  # fmt: skip
    assert [(term.number, term.key, term.name_zh) for term in WEEK.terms_of("audience")] == [
        (1, "innovators", "创新主体"),
        (2, "government", "政府人员"),
        (3, "youth", "青少年"),
        (4, "public", "社会公众"),
    ]
    assert [term.name_zh for term in WEEK.terms_of("format")] == [
        "学习体验", "主题宣讲", "公益科普", "案例解读", "网上宣传", "群众性文化活动",
    ]  # fmt: skip
    assert [term.name_zh for term in WEEK.terms_of("spotlight")] == [
        "专精特新", "国货潮牌", "文化精品", "地标名品", "数字经济",
    ]  # fmt: skip
    assert [term.name_zh for term in WEEK.terms_of("unit") if term.chair] == [
        "国家知识产权局", "中央宣传部", "市场监管总局",
    ]  # fmt: skip


def test_every_group_has_an_icon_and_a_colour_and_every_focus_its_gist():
    assert all(term.icon and term.colour for term in WEEK.terms_of("audience"))
    assert all(term.gist_zh and term.gist_en for term in WEEK.terms_of("focus"))
    assert all(term.recognise for term in WEEK.terms_of("line"))


def reported(column):
    with files("models").joinpath("data/reported-events.csv").open(encoding="utf-8", newline="") as file:
        return {text for row in csv.DictReader(file) for text in row[column].split(";") if text}


def test_reported_forms_are_mapped_or_stay_other():
    words = reported("format")
    assert set(WEEK.format_map) <= words
    assert {word for word in words if WEEK.format_of(word) == "other"} == {
        "启动仪式", "进校园", "进企业", "进社区", "进市场", "进园区", "进景区", "赶集", "执法检查", "集中销毁",
        "电子屏", "悬挂横幅", "张贴海报", "宣传车", "地铁宣传", "电视", "电视专栏", "直播", "新闻发布会",
        "媒体通报", "座谈会", "论坛", "研讨", "揭牌", "授牌", "颁牌", "签约", "银企对接", "专家受聘", "招聘会",
        "成果发布", "成果展示", "普法分享", "竞赛", "签名承诺", "宣誓签名", "升旗仪式", "系列活动",
        "主题活动", "主场活动",
    }  # fmt: skip
    assert WEEK.format_of(" 讲座 ") == "talk"
    assert WEEK.format_of("庭审直播") == "cases"


@pytest.mark.parametrize(
    ("organization", "line"),
    [
        ("濂溪区人民检察院", "procuratorates"),
        ("河北雄安新区中级人民法院", "courts"),
        ("市中院等十余家单位", "courts"),
        ("轮台县科协", "science-associations"),
        ("荆州市科学技术协会", "science-associations"),
        ("成都市公安局", "police"),
        ("区公安分局", "police"),
        ("拱北海关", "customs"),
        ("中共平顶山市委宣传部", "publicity"),
        ("芙蓉区版权局", "publicity"),
        ("省贸促会", "trade-promotion"),
        ("县农业农村局", "agriculture"),
        ("市文化广电新闻出版旅游局", "culture-tourism"),
        ("灌云县文化市场综合行政执法大队", "culture-tourism"),
        ("伊春市知识产权局", "ip-offices"),
        ("山东省(国家)知识产权保护中心", "ip-offices"),
        ("湘西土家族苗族自治州市场监督管理局", "market-regulation"),
        ("Chongqing IP Office", "ip-offices"),
        ("State Administration for Market Regulation", "market-regulation"),
        # The name before the brackets decides, whichever piece is longer.
        ("平顶山市市场监督管理局(知识产权局)", "market-regulation"),
        ("安徽省市场监管局（知识产权局）", "market-regulation"),
        ("县服务中心(县知识产权局)", "ip-offices"),
        # Nothing, a draw, or several organizations.
        ("武汉工程大学图书馆", None),
        ("法学院(知识产权学院)", None),
        ("司法实务系", None),
        ("校党委宣传部", None),
        ("法院检察院联合工作组", None),
        ("公安局司法局联合工作组", None),
        ("宣传、法院、检察、公安", None),
        ("县法院、市中级人民法院", "courts"),
        ("", None),
    ],
)
def test_the_line_of_an_organization_by_its_name(organization, line):
    assert recognise_line(WEEK.terms_of("line"), organization) == line


def test_another_week_is_another_file():
    week = read_campaign_file(SMALL)
    assert (week.id, week.zone, week.marked_day, week.terms_of("line")) == (
        "reading-2027",
        "Europe/Berlin",
        None,
        (),
    )
    assert [(term.number, term.key) for term in week.terms_of("audience")] == [(1, "children"), (2, "adults")]
    assert (week.format_of("讲故事"), week.format_of("合唱")) == ("reading", "other")


def test_a_file_is_read_by_its_path(tmp_path):
    path = tmp_path / "week.toml"
    path.write_text(SMALL, encoding="utf-8")
    assert read_campaign_file(path) == read_campaign_file(str(path))
    assert read_campaign_file(path).id == "reading-2027"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('key = "adults"', 'key = "children"', "The key “children” occurs twice in [[audience]]."),
        ('key = "adults"', 'key = "adults"\nnumber = 1', "The number 1 occurs twice in [[audience]]."),
        ('key = "adults"', 'key = "unknown"',
         "The key “unknown” is reserved. Give [[audience]] another one."),
        ('key = "adults"', 'key = "Grown ups"',
         "“audience 2.key” in the campaign file must be a word of a-z, 0-9 and hyphens, at most 40 long."),
        ('key = "adults"', "", "“audience 2.key” is missing in the campaign file."),
        ("ends = 2027-03-03", "ends = 2027-02-28", "The campaign ends on 2027-02-28, before it starts on 2027-03-01."),
        ("ends = 2027-03-03", 'ends = "2027-03-03"',
         "“ends” in the campaign file must be a day such as 2024-04-20, without quotes."),
        ("ends = 2027-03-03", "ends = 2027-03-03T00:00:00Z",
         "“ends” in the campaign file must be a day such as 2024-04-20, without quotes."),
        ("Europe/Berlin", "Europe/Peking", "There is no time zone “Europe/Peking”. Write it like Asia/Shanghai."),
        ("Europe/Berlin", "Europe", "There is no time zone “Europe”. Write it like Asia/Shanghai."),
        ("Europe/Berlin", "../zone", "There is no time zone “../zone”. Write it like Asia/Shanghai."),
        ('"讲故事" = "reading"', '"讲故事" = "singing"',
         "“讲故事” is mapped to “singing”, which is not the key of any [[format]]."),
        ("number = 2", "number = 70000", "“number” in the campaign file must be a whole number from 1 to 65535."),
        ("number = 2", "number = true", "“number” in the campaign file must be a whole number from 1 to 65535."),
        ("number = 2", "number = 2\nmotto = 1", "“motto” in the campaign file is not known."),
        ("working_days = 3", "working_day = 3", "“summary.working_days” is missing in the campaign file."),
        ('en = "Reading week"', "en = 5", "“name.en” in the campaign file must be a text."),
        ('en = "Adults"', 'en = "Adults"\ncolor = "red"', "“audience 2.color” in the campaign file is not known."),
        ('en = "Adults"', 'en = "Adults"\nchair = "yes"',
         "“audience 2.chair” in the campaign file must be true or false."),
        ('en = "Adults"', 'en = "Adults"\nrecognise = "x"',
         "“audience 2.recognise” in the campaign file must be a list of texts."),
        ('en = "Adults"', 'en = "Adults"\nrecognise = ["x", "X"]',
         "“x” occurs twice under “recognise”: a name can belong to one sector only."),
        ("[[format]]", "[format]", "Write every “format” in the campaign file as [[format]]."),
        ("[theme]", "[[theme]]", "“theme” in the campaign file must be a table."),
        ("[theme]", '[marked]\nday = 2027-03-04\nzh = "日"\nen = "Day"\n[theme]',
         "The marked day 2027-03-04 is not within the week."),
    ],
)  # fmt: skip
def test_one_clear_sentence_for_a_mistake(old, new, sentence):
    assert SMALL.count(old) == 1
    with pytest.raises(Mistake) as mistake:
        read_campaign_file(SMALL.replace(old, new))
    assert str(mistake.value) == sentence


def test_a_file_without_groups_says_so():
    start, end = SMALL.index("[[audience]]"), SMALL.index("[[format]]")
    with pytest.raises(Mistake) as mistake:
        read_campaign_file(SMALL[:start] + SMALL[end:])
    assert str(mistake.value) == "The campaign file needs at least one [[audience]]."


def test_what_is_no_campaign_file_at_all(tmp_path):
    missing, foreign = tmp_path / "none.toml", tmp_path / "gb.toml"
    foreign.write_bytes("zh = “知识”".encode("gb18030"))
    with pytest.raises(Mistake) as mistake:
        read_campaign_file(missing)
    assert str(mistake.value) == f"The campaign file {missing} cannot be read."
    with pytest.raises(Mistake) as mistake:
        read_campaign_file(foreign)
    assert str(mistake.value) == f"The campaign file {foreign} must be written in UTF-8."
    with pytest.raises(Mistake) as mistake:
        read_campaign_file("id = \n")
    assert str(mistake.value).startswith("The campaign file is not valid TOML: ")
