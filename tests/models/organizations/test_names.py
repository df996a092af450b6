"""Which names may be of one organization."""

import pytest

from models.organizations.names import may_be_same
from models.text.bare_text import bare_text


@pytest.mark.parametrize(
    ("left", "right", "region"),
    [
        ("江苏省知识产权局", "江苏知识产权局", "320000"),
        ("灌云县知识产权局", "灌云知产局", "320723"),
        ("连云港市灌云县人民法院", "灌云县法院", "320723"),
        ("江苏省市场监督管理局（江苏省知识产权局）", "江苏省知识产权局", "320000"),
        ("连云港市市场监督管理局", "连云港市市场监管局", "320700"),
        ("南京理工大学知识产权学院", "南京理工大学知识产权学院 ", "320100"),
        ("南京市知识产权保护中心", "南京市知识产权维权保护中心", "320100"),
    ],
)
def test_alike(left, right, region):
    assert may_be_same(left, right, region)
    assert may_be_same(right, left, region)


@pytest.mark.parametrize(
    ("left", "right", "region"),
    [
        ("灌云县第一中学", "灌云县第二中学", "320723"),
        ("灌云县人民法院", "灌云县人民检察院", "320723"),
        ("灌云县知识产权局", "灌云县教育局", "320723"),
        ("南京东路小学", "南京西路小学", "320100"),
        ("江苏省知识产权局", "江苏省知识产权保护中心", "320000"),
        ("灌云县", "灌云县图书馆", "320723"),
        ("云栖实验学校（演练）", "西湖区宣传周办公室（演练）", "330106"),
        ("灌云县实验学校（演练）", "灌云县知识产权局（演练）", "320723"),
        ("灌云县实验小学（新校区）", "灌云县实验中学（新校区）", "320723"),
    ],
)
def test_different(left, right, region):
    assert not may_be_same(left, right, region)


def test_plain_name():
    assert bare_text("江苏省 市场监督管理局（ＩＰ）·") == "江苏省市场监督管理局ip"
