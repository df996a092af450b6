"""The reference regions hold together, and the recogniser reads what people write without guessing."""

import csv
from collections import Counter
from importlib.resources import files

import pytest

from models.places import recognition, regions
from models.places.recognition import Problem, Recognition, recognise_region

ROWS = regions.all_regions()
BY_CODE = {row.code: row for row in ROWS}


def test_every_level_is_complete():
    assert Counter(row.level for row in ROWS) == {"province": 35, "prefecture": 342, "county": 2974}
    assert len(BY_CODE) == len(ROWS)
    assert [row.code for row in ROWS] == sorted(BY_CODE)


def test_provinces_are_the_34_and_the_corps():
    assert [row.code for row in ROWS if row.level == "province"] == [
        *("110000 120000 130000 140000 150000 210000 220000 230000 310000 320000 330000 340000".split()),
        *("350000 360000 370000 410000 420000 430000 440000 450000 460000 500000 510000 520000".split()),
        *("530000 540000 610000 620000 630000 640000 650000 660000 710000 810000 820000".split()),
    ]
    assert all(row.name_en for row in ROWS if row.level == "province")
    assert not [row.code for row in ROWS if row.level != "province" and row.name_en]


def test_addressees_are_the_31_and_the_corps():
    addressees = {row.code for row in ROWS if row.addressee}
    provinces = {row.code for row in ROWS if row.level == "province"}
    assert addressees == provinces - {"710000", "810000", "820000"}
    assert len(addressees) == 32


def test_every_code_lies_in_its_parent():
    for row in ROWS:
        above = regions.ancestors(row.code)
        assert row.level == regions.level_of(row.code)
        assert row.parent == (above[-1] if above else "")
        assert not above or row.parent in BY_CODE


def test_the_corps_has_no_children_and_its_cities_stay_in_the_autonomous_region():
    assert [row.code for row in ROWS if row.code.startswith("66")] == ["660000"]
    assert BY_CODE["659001"].name == "石河子市"
    assert BY_CODE["660000"].statistical


def test_cities_without_counties_are_one_place():
    for code in ("441900", "442000", "460400", "620200"):
        assert [row.code for row in ROWS if row.code.startswith(code[:4])] == [code]


def test_names_are_unique_below_one_parent():
    assert not [key for key, n in Counter((row.parent, row.name) for row in ROWS).items() if n > 1]
    assert not [key for key, n in Counter((row.parent, row.short) for row in ROWS).items() if n > 1]


@pytest.mark.parametrize(
    ("code", "short"),
    [
        ("320000", "江苏"), ("150000", "内蒙古"), ("650000", "新疆"), ("320700", "连云港"), ("320723", "灌云"),
        ("222400", "延边"), ("533400", "迪庆"), ("632500", "海南州"), ("220200", "吉林市"), ("152200", "兴安"),
        ("232700", "大兴安岭"), ("469030", "琼中"), ("210521", "本溪县"), ("150724", "鄂温克"), ("150721", "阿荣旗"),
        ("622926", "东乡"), ("410304", "瀍河"), ("310115", "浦东"), ("140109", "万柏林"), ("130107", "井陉矿区"),
        ("341823", "泾县"), ("140502", "城区"), ("110100", "市辖区"), ("500200", "县"),
        ("410471", "平顶山高新技术产业开发区"),
    ],
)  # fmt: skip
def test_short_names(code, short):
    assert BY_CODE[code].short == short


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (("江苏省", "连云港市", "灌云县"), "320723"),
        (("江苏", "连云港", "灌云"), "320723"),
        (("江苏省", "", "灌云县"), "320723"),
        (("江苏省", "", ""), "320000"),
        ((" 江苏省 ", "连云港市　", ""), "320700"),
        (("", "", "灌云县"), "320723"),
        (("", "武汉市", ""), "420100"),
        (("", "北京市", "海淀区"), "110108"),
        (("新疆生产建设兵团", "", ""), "660000"),
        (("兵团", "", ""), "660000"),
        (("新疆", "石河子市", ""), "659001"),
        (("重庆市", "重庆市", "渝中区"), "500103"),
        (("重庆", "", "巫山"), "500237"),
        (("重庆市", "县", "忠县"), "500233"),
        (("重庆市", "重庆市", ""), "500000"),
        (("北京", "市辖区", "海淀"), "110108"),
        (("河南", "济源市", ""), "419001"),
        (("河南省", "", "济源"), "419001"),
        (("河南省", "济源", "济源市"), "419001"),
        (("湖南省", "涟源市", ""), "431382"),
        (("山西省", "运城市", "河津市"), "140882"),
        (("山西省", "河津市", ""), "140882"),
        (("海南省", "", "琼中黎族苗族自治县"), "469030"),
        (("海南", "", "琼中县"), "469030"),
        (("海南省", "省直辖县级行政区划", "琼海市"), "469002"),
        (("青海省", "海南州", "共和县"), "632521"),
        (("云南省", "迪庆州", ""), "533400"),
        (("广西自治区", "", ""), "450000"),
        (("广东省", "东莞市", "东莞市"), "441900"),
        (("广东省", "", "东莞市"), "441900"),
        (("吉林", "吉林", "船营"), "220204"),
        (("云南省", "大理市", ""), "532901"),
        (("陕西省", "西安市", "西安市高陵区"), "610117"),
        (("河南省", "平顶山市", "平顶山高新技术产业开发区"), "410471"),
        (("香港", "", ""), "810000"),
        (("", "", ""), None),
    ],
)
def test_names_that_are_certain(cells, code):
    assert recognise_region(*cells) == Recognition(code, [])


@pytest.mark.parametrize(
    ("cells", "code", "problems"),
    [
        (("", "", "鼓楼区"), None, [("county", "鼓楼区", "ambiguous")]),
        (("江苏省", "", "鼓楼区"), "320000", [("county", "鼓楼区", "ambiguous")]),
        (("", "", "灌云"), None, [("county", "灌云", "unknown")]),
        (("江苏省", "武汉市", "江宁区"), "320000", [("city", "武汉市", "elsewhere"), ("county", "江宁区", "above")]),
        (("江苏省", "武汉", ""), "320000", [("city", "武汉", "elsewhere")]),
        (("河北省", "长安", ""), "130000", [("city", "长安", "unknown")]),
        (("河北省", "雄安新区", ""), "130000", [("city", "雄安新区", "no_code")]),
        (("河南省", "平顶山市", "高新区"), "410400", [("county", "高新区", "no_code")]),
        (("广东省", "东莞市", "虎门镇"), "441900", [("county", "虎门镇", "unknown")]),
        (("新疆", "巴州", "轮台县"), "652822", [("city", "巴州", "unknown")]),
        (("新疆", "巴州", "轮台"), "650000", [("city", "巴州", "unknown"), ("county", "轮台", "unknown")]),
        (("广冬省", "广州市", ""), "440100", [("province", "广冬省", "unknown")]),
        (("山东省", "济南市、青岛市", "市北区"), "370000",
         [("city", "济南市、青岛市", "several"), ("county", "市北区", "above")]),
        (("黑龙江省", "哈尔滨市", "平房区;延寿县"), "230100", [("county", "平房区;延寿县", "several")]),
        (("兵团", "第八师", "石河子市"), "660000",
         [("city", "第八师", "corps_has_none"), ("county", "石河子市", "corps_has_none")]),
    ],
)  # fmt: skip
def test_what_is_not_certain_is_named_and_never_guessed(cells, code, problems):
    assert recognise_region(*cells) == Recognition(code, [Problem(*problem) for problem in problems])


def test_every_reason_has_its_sentence():
    assert all("%(text)s" in sentence for sentence in recognition.PROBLEM_TEXTS.values())
    assert {str(problem) for problem in recognition.PROBLEM_TEXTS} == {
        "unknown", "elsewhere", "ambiguous", "several", "no_code", "above", "corps_has_none",
    }  # fmt: skip


def reported():
    with files("models").joinpath("data/reported-events.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_reported_events_are_placed_but_for_six_texts():
    results = {
        row["id"]: (row, recognise_region(row["province"], row["city"], row["county"])) for row in reported()
    }
    assert len(results) == 159
    assert {
        key: (result.code, result.problems) for key, (_, result) in results.items() if result.problems
    } == {
        "E050": ("410400", [("county", "高新区", "no_code")]),
        "E159": ("610300", [("county", "高新区", "no_code")]),
        "E173": ("340400", [("county", "毛集实验区", "no_code")]),
        "E203": ("230100", [("county", "平房区;延寿县", "several")]),
        "E211": ("430500", [("county", "经济开发区", "no_code")]),
        "E212": ("430500", [("county", "经济开发区", "no_code")]),
    }
    # Where nothing is said about the place, nothing is known; everything else is somewhere.
    assert [key for key, (row, result) in results.items() if result.code is None] == [
        key for key, (row, _) in results.items() if not row["province"] + row["city"] + row["county"]
    ]
    for row, result in results.values():
        if result.code and not result.problems:
            deepest = next(row[cell] for cell in ("county", "city", "province") if row[cell])
            assert BY_CODE[result.code].name == deepest


@pytest.mark.parametrize(
    ("code", "level", "prefix", "ancestors"),
    [
        ("320000", "province", "32", ()),
        ("320700", "prefecture", "3207", ("320000",)),
        ("320723", "county", "320723", ("320000", "320700")),
        ("660000", "province", "66", ()),
    ],
)
def test_codes(code, level, prefix, ancestors):
    assert (regions.level_of(code), regions.code_prefix(code), regions.ancestors(code)) == (
        level,
        prefix,
        ancestors,
    )


@pytest.mark.parametrize(
    ("code", "ancestor", "below"),
    [
        ("320723", "320000", True),
        ("320723", "320700", True),
        ("320723", "320723", True),
        ("320700", "320723", False),
        ("320723", "330000", False),
        ("660000", "650000", False),
        ("659001", "650000", True),
        ("659001", "660000", False),
    ],
)
def test_is_below(code, ancestor, below):
    assert regions.is_below(code, ancestor) is below


@pytest.mark.parametrize("text", ["", "32", "32070x", "3207230", "000000", "３２０７００"])
def test_what_is_not_a_code_has_no_level(text):
    with pytest.raises(ValueError, match="^" + text + "$"):
        regions.level_of(text)
