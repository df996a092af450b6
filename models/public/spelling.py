"""How a name sounds: its pinyin and the initials of it, with the borders of words and syllables.

Each letter is stored behind a border sign, " " where a word (of initials) or a syllable (of pinyin) begins and "." within
it, and a text ends with a border. So one LIKE finds whole words in a row: "% z_s_c_q %"."""

import re
from collections.abc import Iterator
from functools import lru_cache

from models.places import regions
from models.places.english import PEOPLES, SUFFIXES
from models.text.readings import readings

LONGEST_WORD = 6
_CHINESE = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff]+")
# Words that such weeks are full of and that a dictionary of idioms and phrases lacks.
_WORDS = """
专利 商标 版权 著作权 产权 讲座 法院 检察院 法庭 公安 海关 司法 市场 监督 监管 管理 人民 中级 高级 政府 委员会 办公室
广场 市民 公园 图书馆 博物馆 文化 文化宫 科技 科技馆 会展 中学 小学 大学 学院 校园 礼堂 教育 公司 有限 集团 企业 创新
创业 主体 保护 运用 转化 服务 中心 工作站 培训 宣讲 宣传 宣传周 论坛 沙龙 展览 展示 发布会 启动 仪式 咨询 公益 科普 普法
法治 社区 街道 农业 农村 乡镇 高质量 发展 地理 标志 品牌 青少年 学生 公众 直播 竞赛 比赛 征文 案例 典型 开放日 体验 志愿
志愿者 执法 维权 援助 侵权 假冒 打击 生产 建设 兵团 促进 协会 商会 银行 融资 质押 交易 成果 发明 设计 现场
""".split()


def has_initials(text: str) -> bool:
    """Whether a folded word may be initials: letters and digits alone."""
    return text.isascii() and text.isalnum()


def initials_pattern(letters: str) -> str:
    """The LIKE pattern for the initials of whole words in a row."""
    return f"% {'_'.join(letters)} %"


def pinyin_pattern(letters: str) -> str:
    """The LIKE pattern for pinyin from the beginning of a syllable on."""
    return f"% {'_'.join(letters)}%"


@lru_cache(maxsize=4096)  # hosts and venues recur in hundreds of events
def spellings(text: str) -> tuple[str, str]:
    """The initials of a folded text by words, and its pinyin without tones by syllables; "" where it has neither."""
    initials: list[str] = []
    pinyin: list[str] = []
    for word in _words(text):
        syllables = _syllables(word)
        letters = "".join(syllable[0] for syllable in syllables) if _CHINESE.match(word) else word
        if letters:
            initials.append(".".join(letters))
        pinyin.extend(".".join(syllable) for syllable in syllables)
    return _bordered(initials), _bordered(pinyin)


def _bordered(parts: list[str]) -> str:
    return f" {' '.join(parts)} " if parts else ""


def _syllables(word: str) -> list[str]:
    if not _CHINESE.match(word):
        return [word]
    return readings().of(word)


def _words(text: str) -> Iterator[str]:
    """The words of a text in order. Letters and digits side by side are one word."""
    for part in re.findall(rf"{_CHINESE.pattern}|[^\W_]+", text):
        for piece in re.findall(rf"{_CHINESE.pattern}|[^\u3007\u3400-\u4dbf\u4e00-\u9fff]+", part):
            yield from _chinese_words(piece) if _CHINESE.match(piece) else [piece]


def _chinese_words(run: str) -> Iterator[str]:
    """The longest known words from the left on. What stands between them is cut into pairs, as most words are; where it
    has an odd number of characters ambiguously, so each is a word."""
    unknown = ""
    while run:
        length = next((n for n in range(min(LONGEST_WORD, len(run)), 1, -1) if _is_word(run[:n])), 0)
        if length:
            yield from _pairs(unknown)
            yield run[:length]
            unknown = ""
        else:
            unknown += run[0]
        run = run[length or 1 :]
    yield from _pairs(unknown)


def _pairs(characters: str) -> list[str]:
    step = 2 if len(characters) % 2 == 0 else 1
    return [characters[at : at + step] for at in range(0, len(characters), step)]


def _is_word(text: str) -> bool:
    return text in _own_words() or (text in readings().words and text not in _whole_names())


@lru_cache(maxsize=1)
def _own_words() -> frozenset[str]:
    return frozenset((*_short_names(), *SUFFIXES, *PEOPLES, *_WORDS)) - {""}


@lru_cache(maxsize=1)
def _whole_names() -> frozenset[str]:
    """连云港市 is two words, 连云港 and 市."""
    return frozenset(row.name for row in regions.all_regions()) - _short_names()


@lru_cache(maxsize=1)
def _short_names() -> frozenset[str]:
    return frozenset(row.short for row in regions.all_regions())
