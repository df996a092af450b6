"""English names of regions: pinyin with the usual words (Xihu District), and the names that English uses instead.

Pure, and cached: a page names the same few regions a hundred times."""

import re
from functools import lru_cache

from models.places.regions import StandardRegion
from models.text.readings import readings

# Rows that only group what lies below them, and names that follow no rule.
WHOLE = {
    "市辖区": "Urban districts",
    "县": "Counties",
    "省直辖县级行政区划": "Counties under the province",
    "自治区直辖县级行政区划": "Counties under the region",
    "神农架林区": "Shennongjia Forestry District",
    "中沙群岛的岛礁及其海域": "Zhongsha Islands",
    "大柴旦行政委员会": "Da Qaidam",
    "乌拉盖管理区管委会": "Ulgai Administrative Zone",
}
# The longest first: 自治县 is not 县.
SUFFIXES = {
    "高新技术产业开发区": "High-tech Zone",
    "高新技术开发区": "High-tech Zone",
    "经济技术开发区": "Economic and Technological Development Zone",
    "经济开发区": "Economic Development Zone",
    "工业园区": "Industrial Park",
    "开发区": "Development Zone",
    "示范区": "Demonstration Zone",
    "管理区": "Administrative Zone",
    "保税区": "Free Trade Zone",
    "自治州": "Autonomous Prefecture",
    "自治县": "Autonomous County",
    "自治旗": "Autonomous Banner",
    "联合旗": "United Banner",
    "右翼前旗": "Right Front Banner",
    "右翼中旗": "Right Middle Banner",
    "右翼后旗": "Right Rear Banner",
    "左翼中旗": "Left Middle Banner",
    "左翼后旗": "Left Rear Banner",
    "前旗": "Front Banner",
    "中旗": "Middle Banner",
    "后旗": "Rear Banner",
    "左旗": "Left Banner",
    "右旗": "Right Banner",
    "特区": "Special District",
    "新区": "New Area",
    "矿区": "Mining District",
    "地区": "Prefecture",
    "盟": "League",
    "旗": "Banner",
    "区": "District",
    "县": "County",
    "市": "",
}
PEOPLES = {
    "朝鲜族": "Korean", "土家族": "Tujia", "苗族": "Miao", "侗族": "Dong", "藏族": "Tibetan", "羌族": "Qiang", "彝族": "Yi",
    "布依族": "Buyei", "哈尼族": "Hani", "壮族": "Zhuang", "傣族": "Dai", "白族": "Bai", "景颇族": "Jingpo", "傈僳族": "Lisu",
    "回族": "Hui", "蒙古族": "Mongol", "蒙古": "Mongol", "柯尔克孜": "Kyrgyz", "哈萨克族": "Kazakh", "哈萨克": "Kazakh",
    "满族": "Manchu", "达斡尔族": "Daur", "鄂伦春": "Oroqen", "鄂温克族": "Evenki", "畲族": "She", "黎族": "Li", "瑶族": "Yao",
    "仫佬族": "Mulao", "毛南族": "Maonan", "各族": "Multi-ethnic", "仡佬族": "Gelao", "水族": "Sui", "纳西族": "Naxi",
    "拉祜族": "Lahu", "佤族": "Va", "布朗族": "Blang", "独龙族": "Derung", "怒族": "Nu", "普米族": "Pumi", "保安族": "Bonan",
    "东乡族": "Dongxiang", "撒拉族": "Salar", "土族": "Tu", "裕固族": "Yugur", "锡伯": "Xibe", "塔吉克": "Tajik",
}  # fmt: skip
# Names that are not Chinese, or whose characters are read otherwise here than elsewhere.
NAMES = {
    "呼和浩特": "Hohhot", "鄂尔多斯": "Ordos", "呼伦贝尔": "Hulunbuir", "巴彦淖尔": "Bayannur", "乌兰察布": "Ulanqab",
    "兴安": "Hinggan", "锡林郭勒": "Xilingol", "阿拉善": "Alxa", "海拉尔": "Hailar", "扎赉诺尔": "Jalainur",
    "额尔古纳": "Ergun", "二连浩特": "Erenhot", "锡林浩特": "Xilinhot", "乌兰浩特": "Ulanhot", "阿尔山": "Arxan",
    "霍林郭勒": "Holingol", "科尔沁": "Horqin", "阿鲁科尔沁": "Ar Horqin", "巴林": "Bairin", "克什克腾": "Hexigten",
    "翁牛特": "Ongniud", "喀喇沁": "Harqin", "库伦": "Hure", "扎鲁特": "Jarud", "扎赉特": "Jalaid", "阿荣": "Arun",
    "莫力达瓦": "Morin Dawa", "新巴尔虎": "New Barag", "陈巴尔虎": "Old Barag", "乌拉特": "Urad", "察哈尔": "Chahar",
    "达尔罕茂明安": "Darhan Muminggan", "准格尔": "Jungar", "达拉特": "Dalad", "鄂托克": "Otog", "杭锦": "Hanggin",
    "乌审": "Uxin", "伊金霍洛": "Ejin Horo", "阿巴嘎": "Abag", "苏尼特": "Sonid", "东乌珠穆沁": "East Ujimqin",
    "西乌珠穆沁": "West Ujimqin", "额济纳": "Ejin", "土默特": "Tumed", "前郭尔罗斯": "Qian Gorlos", "杜尔伯特": "Dorbod",
    "哈尔滨": "Harbin", "齐齐哈尔": "Qiqihar", "拉萨": "Lhasa", "日喀则": "Shigatse", "昌都": "Chamdo", "林芝": "Nyingchi",
    "那曲": "Nagqu", "阿里": "Ngari", "乌鲁木齐": "Urumqi", "克拉玛依": "Karamay", "吐鲁番": "Turpan",
    "博尔塔拉": "Bortala", "巴音郭楞": "Bayingolin", "阿克苏": "Aksu", "克孜勒苏": "Kizilsu", "喀什": "Kashgar",
    "和田": "Hotan", "伊犁": "Ili", "阿勒泰": "Altay", "伊宁": "Yining", "库尔勒": "Korla", "甘孜": "Garze", "果洛": "Golog",
    "德令哈": "Delingha", "格尔木": "Golmud", "铅山": "Yanshan", "乐陵": "Laoling", "大城": "Daicheng",
    "吴堡": "Wubu", "塔什库尔干": "Tashkurgan", "察布查尔": "Qapqal", "和布克赛尔": "Hoboksar", "巴里坤": "Barkol",
    "木垒": "Mori", "喀喇沁左翼": "Harqin Left", "库车": "Kuqa", "莎车": "Yarkant", "六合": "Luhe", "洪洞": "Hongtong",
    "长子": "Zhangzi", "闵行": "Minhang", "鄂伦春": "Oroqen", "邯郸冀南": "Handan Jinan", "沧州渤海": "Cangzhou Bohai",
    "衡水滨湖": "Hengshui Binhu", "德州天衢": "Dezhou Tianqu",
}  # fmt: skip
# How place names read characters that are mostly read otherwise.
READINGS = {
    "长": "chang", "都": "du", "曾": "zeng", "什": "shi", "漯": "luo", "朝": "chao", "珲": "hun", "筠": "jun", "单": "shan",
    "浚": "xun", "涡": "guo", "召": "shao",
}  # fmt: skip
_VOWEL = re.compile("[aoe]")


@lru_cache(maxsize=8192)
def english_name(row: StandardRegion) -> str:
    """The region's own name: Zhejiang, Hangzhou, Xihu District, Yanbian Korean Autonomous Prefecture."""
    if row.name_en or row.name in WHOLE:
        return row.name_en or WHOLE[row.name]
    suffix = next((word for word in SUFFIXES if _has(row.name, word)), "")
    stem, peoples = _without_peoples(row.name.removesuffix(suffix))
    word = SUFFIXES.get(suffix, "")
    if not stem:
        first, *peoples = peoples
        return " ".join(part for part in (first, _and(peoples), word) if part)
    # A name of one character is said with its suffix: 浚县 is Xunxian County.
    full_stem = stem + suffix if len(stem) == 1 and not peoples else stem
    return " ".join(part for part in (NAMES.get(full_stem) or pinyin(full_stem), _and(peoples), word) if part)


def pinyin(text: str) -> str:
    """One word without tones: Xi'an, Lüliang."""
    read = zip(text, readings().of(text), strict=True)
    first, *rest = [READINGS.get(character, syllable).replace("v", "ü") for character, syllable in read]
    return (first + "".join(f"'{part}" if _VOWEL.match(part) else part for part in rest)).capitalize()


def _has(name: str, suffix: str) -> bool:
    """清新区 is a District called Qingxin, and 矿区 one called Kuangqu."""
    rest = len(name) - len(suffix)
    return name.endswith(suffix) and (rest > 1 or (rest == 1 and len(suffix) == 1))


def _without_peoples(text: str) -> tuple[str, list[str]]:
    """积石山保安族东乡族撒拉族 -> 积石山, [Bonan, Dongxiang, Salar]."""
    peoples: list[str] = []
    while last := next((name for name in PEOPLES if text.endswith(name)), None):
        peoples.insert(0, PEOPLES[last])
        text = text.removesuffix(last)
    return text, peoples


def _and(names: list[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
