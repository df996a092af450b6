"""English names of regions: pinyin with the usual words, and the names that English has of its own."""

import pytest

from models.places import regions
from models.places.english import english_name

NAMES = {
    "330000": "Zhejiang",
    "330100": "Hangzhou",
    "330106": "Xihu District",
    "150000": "Inner Mongolia",
    "540000": "Tibet",
    "650000": "Xinjiang",
    "660000": "Xinjiang Production and Construction Corps",
    "810000": "Hong Kong",
    "610100": "Xi'an",
    "141100": "Lüliang",
    "140400": "Changzhi",
    "140428": "Zhangzi County",
    "411100": "Luohe",
    "410621": "Xunxian County",
    "150100": "Hohhot",
    "150221": "Tumed Right Banner",
    "152500": "Xilingol League",
    "310115": "Pudong New Area",
    "429021": "Shennongjia Forestry District",
    "520203": "Liuzhi Special District",
    "222400": "Yanbian Korean Autonomous Prefecture",
    "422800": "Enshi Tujia and Miao Autonomous Prefecture",
    "622927": "Jishishan Bonan, Dongxiang and Salar Autonomous County",
    "622926": "Dongxiang Autonomous County",
    "410104": "Guancheng Hui District",
    "110100": "Urban districts",
}


@pytest.mark.parametrize(("code", "name"), NAMES.items())
def test_what_a_region_is_called_in_english(code, name):
    assert english_name(regions.regions_by_code()[code]) == name


def test_every_region_has_a_name_in_latin_letters():
    names = [english_name(row) for row in regions.all_regions()]
    assert [name for name in names if not name.replace("ü", "u").isascii() or not name.strip()] == []


def test_regions_of_one_parent_are_told_apart():
    names = [(row.parent, english_name(row)) for row in regions.all_regions()]
    assert len(set(names)) == len(names)
