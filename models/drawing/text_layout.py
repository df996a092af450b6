"""Lines of text set as print sets them: broken by the rules of Chinese, neighbouring punctuation closed up, long titles
shrunk; letters of other scripts shaped, and set from right to left where they are written so.

All lengths are in the unit of the page (points, or pixels of a picture).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from models.drawing import fonts
from models.drawing.fonts import Family

ASCENT = 0.88  # of the em box of a CJK font, above the baseline
# 避头尾: what may not begin a line, and what may not end one.
NOT_FIRST = "、，。．：；！？…—～·”’）》〉」』】〕％℃,.:;!?)]}%‰"
NOT_LAST = "“‘（《〈「『【〔([{"
_CLOSING, _OPENING = "、，。．：；！？”’）》〉」』】〕", "“‘（《〈「『【〔"
# Words of which titles of public events are full: a line that ends inside one reads badly.
_WORDS = (
    "知识产权 宣传周 启动仪式 宣传 活动 启动 仪式 主题 宣讲 讲座 论坛 培训 竞赛 比赛 展览 展示 成果 咨询 服务 现场 互动 "
    "问答 新闻发布会 发布会 白皮书 典型案例 案例 公众 开放日 人民法院 中级人民法院 检察院 法院 法庭 司法 保护 行政 执法 专利 "
    "商标 版权 著作权 地理标志 商业秘密 转化 运用 促进 创新 驱动 创造 发明 科技 科普 科学 技术 企业 产业 经济 文化 教育 大学 "
    "学院 学校 中小学生 小学生 大学生 青少年 学生 校园 社区 广场 图书馆 博物馆 体验 学习 公益 高质量 发展 建设 强国 中国 "
    "国家 全国 世界 国际 管理 工作 交流 推进 公开 网上 直播 市场 监督 监管 海关 暨"
).split()
# What stays in one piece: a short quotation, such words, numbers with their unit, a syllable of Tibetan with the mark
# behind it, words of letters, dashes.
_PIECE = re.compile(
    r"“[^”]{1,6}”|《[^》]{1,6}》|（[^）]{1,6}）|"
    + "|".join(sorted(_WORDS, key=len, reverse=True))
    + r"|\d+[年月日时分号届场第期]|[\u0f40-\u0fbc]+[\u0f0b-\u0f14]*|[^\W\u2e80-\uffff][^\s\u2e80-\uffff‘’“”—…]*|——|……|\s+|.",
    re.DOTALL,
)
_GOOD_BREAK = re.compile(r"[\s、，。：；！？”）》」』】—…·]$")


@dataclass(frozen=True)
class Face:
    """A size of letters (of the em) and a weight (100-900)."""

    size: float
    weight: int = 400


@dataclass(frozen=True)
class Stretch:
    """A part of a line in one font and one direction. left: from the start of the line."""

    text: str
    family: Family
    left: float
    width: float
    size: float
    leftward: bool = False


def pieces(text: str) -> list[str]:
    """The text in pieces that may not be parted."""
    # Between digits (4·26) the middle dot is a narrow one; the font's own is as wide as a character.
    text = re.sub(r"(?<=\d)[·•・](?=\d)", "\uff65", " ".join(text.split()))
    return _joined(_PIECE.findall(text))


def _joined(parts: Iterable[str]) -> list[str]:
    """Closing marks stay with what they close, opening ones with what follows, accents with their letter."""
    words: list[str] = []
    for part in parts:
        bound = part[0] in NOT_FIRST or unicodedata.category(part[0]) in ("Mn", "Mc", "Me", "Cf")
        if words and (bound or words[-1][-1] in NOT_LAST) and not part.isspace():
            words[-1] += part
        else:
            words.append(part)
    return words


def _narrow(piece: str, face: Face, room: float) -> list[str]:
    """What is wider than the room has to be parted after all: between characters, at last between marks too."""
    if _span(piece, face) <= room:
        return [piece]
    parts = _joined(piece)
    return list(piece) if parts == [piece] else [one for part in parts for one in _narrow(part, face, room)]


def runs(line: str, *, edge: bool = True) -> list[tuple[str, float]]:
    """A stretch of Chinese in parts to draw, each with what its place is moved by, in ems.

    A full-width mark is half empty: beside another mark, or at the edge of a line, it gives up that half."""
    parts: list[tuple[str, float]] = []
    previous = "" if edge else "字"
    for mark in line:
        opens = mark in _OPENING and (not previous or previous in _OPENING or previous in _CLOSING)
        closes = mark in _CLOSING and bool(previous) and previous in _CLOSING
        if opens or closes or not parts:
            parts.append((mark, -0.5 if opens or closes else 0.0))
        else:
            parts[-1] = (parts[-1][0] + mark, parts[-1][1])
        previous = mark
    return parts


@lru_cache(maxsize=8192)
def stretches(line: str, face: Face, *, edge: bool = True) -> tuple[Stretch, ...]:
    """The line as it is drawn, from left to right. edge: it begins a line, where a mark gives up its empty half."""
    stretches_of_line: list[Stretch] = []
    left = 0.0
    for text, leftward in _directions(line):
        for family, part in _in_families(text, leftward):
            parts = [(part, 0.0)] if family.shaped else runs(part, edge=edge and not stretches_of_line)
            for run, moved in parts:
                wide = fonts.advance(run, family, face.weight, leftward) * face.size
                left += moved * face.size
                stretches_of_line.append(Stretch(run, family, left, wide, face.size * family.scale, leftward))
                left += wide
    return tuple(stretches_of_line)


def _directions(line: str) -> list[tuple[str, bool]]:
    """The parts of one direction as they stand from left to right, each in reading order; True: from right to left."""
    if not any(unicodedata.bidirectional(character) in ("R", "AL") for character in line):
        return [(line, False)]
    from fpdf.bidi import BidiParagraph  # slow to load, and seldom wanted

    parts: list[tuple[str, bool]] = []
    level = -1
    for character in BidiParagraph(line, preserve_bn_chars=True).get_reordered_characters():
        letter, leftward = line[character.character_index], character.embedding_level % 2 == 1
        if character.embedding_level != level:
            parts.append((letter, leftward))
        else:
            previous = parts[-1][0]
            parts[-1] = (letter + previous if leftward else previous + letter, leftward)
        level = character.embedding_level
    return parts


def _in_families(text: str, leftward: bool) -> Iterator[tuple[Family, str]]:
    """The text in parts of one font, as they stand from left to right."""
    parts: list[tuple[Family, str]] = []
    for character in text:
        family = fonts.family_of(character)
        if parts and fonts.goes_along(character, parts[-1][0]):
            family = parts[-1][0]
        elif family is None:
            family, character = fonts.CJK, fonts.UNPRINTABLE
        if parts and parts[-1][0] == family:
            parts[-1] = family, parts[-1][1] + character
        else:
            parts.append((family, character))
    return reversed(parts) if leftward else iter(parts)


def width(line: str, face: Face) -> float:
    """How wide a line is; the empty half of a mark at its end may hang out."""
    hanging = face.size / 2 if line and line[-1] in _CLOSING else 0
    return _wide(stretches(line, face)) - hanging


def _span(piece: str, face: Face) -> float:
    """How wide a piece is inside a line, where its outer marks have nothing to give up."""
    return _wide(stretches(piece, face, edge=False))


def _wide(parts: tuple[Stretch, ...]) -> float:
    return parts[-1].left + parts[-1].width if parts else 0.0


def broken(text: str, face: Face, room: float) -> list[str]:
    """The text in as few lines as fit the room, of about equal length, broken after a mark where one is near."""
    parts = [part for piece in pieces(text) for part in _narrow(piece, face, room)]
    widths = [_span(part, face) for part in parts]
    count = len(_greedy(parts, widths, room))
    even = sum(widths) / count if count else 0
    best: dict[tuple[int, int], tuple[float, list[int]]] = {(0, 0): (0.0, [])}
    for row in range(1, count + 1):
        for start in [start for done, start in best if done == row - 1]:
            total, cost = 0.0, best[(row - 1, start)]
            for end in range(start + 1, len(parts) + 1):
                total += widths[end - 1]
                if total > room and end > start + 1:
                    break
                uneven = ((total - even) / room) ** 2
                good = end == len(parts) or _GOOD_BREAK.search(parts[end - 1])
                offer = cost[0] + uneven + (0 if good else 0.02)
                if (row, end) not in best or offer < best[(row, end)][0]:
                    best[(row, end)] = (offer, [*cost[1], end])
    ends = best.get((count, len(parts)), (0, []))[1]
    return ["".join(parts[a:b]).strip() for a, b in zip([0, *ends], ends, strict=False)]


def filled(text: str, face: Face, room: float, indent: float = 0.0) -> list[str]:
    """The text of a paragraph in lines that are each as full as they can be. indent: of the first line."""
    parts = [part for piece in pieces(text) for part in _narrow(piece, face, room)]
    small = [
        part
        for piece in parts
        for part in (_joined(piece) if _is_chinese(piece) and _span(piece, face) > 4 * face.size else [piece])
    ]
    rows: list[str] = []
    used = indent
    for part in small:
        wide = _span(part, face)
        if rows and used + wide <= room:
            rows[-1] += part
            used += wide
        elif not rows:
            rows, used = [part], used + wide
        else:
            rows.append(part.lstrip())
            used = wide if part.strip() else 0.0
    return rows


def _is_chinese(piece: str) -> bool:
    """A word of letters stays whole on a line, a long piece of Chinese does not."""
    return any(unicodedata.east_asian_width(character) in "WF" for character in piece)


def _greedy(parts: list[str], widths: list[float], room: float) -> list[list[str]]:
    lines: list[list[str]] = []
    used = 0.0
    for part, wide in zip(parts, widths, strict=True):
        if lines and used + wide <= room:
            lines[-1].append(part)
            used += wide
        else:
            lines.append([part])
            used = wide
    return lines


def fitted(text: str, faces: list[Face], room: float, most: list[int]) -> tuple[Face, list[str]]:
    """The largest face in which the text takes no more lines than allowed for it; the last face takes what comes,
    cut with an ellipsis at its limit."""
    for face, limit in zip(faces, most, strict=True):
        lines = broken(text, face, room)
        if len(lines) <= limit:
            return face, lines
    shown_lines = lines[: most[-1]]
    if len(lines) > len(shown_lines):
        while shown_lines[-1] and width(shown_lines[-1] + "…", faces[-1]) > room:
            shown_lines[-1] = shown_lines[-1][:-1]
        shown_lines[-1] += "…"
    return faces[-1], shown_lines
