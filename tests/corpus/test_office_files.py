"""Whole files through the importer, as the operator would import them: every cell against the right answers."""

import re
import unicodedata
from datetime import timedelta
from functools import lru_cache

from models import clock
from models.events.draft import EventDraft, OccurrenceDraft
from models.imports import understand
from models.imports.findings import Understood
from models.imports.read_file import read_file
from models.imports.source import Source
from models.places import regions
from tests.corpus.office_files import PARTS, OfficeFile, office_files

GROUPS = {"i": "innovators", "g": "government", "y": "youth", "p": "public"}
FORMATS = {
    "T": "talk", "L": "learning", "S": "popular-science", "C": "cases", "N": "online", "U": "culture", "O": "other",
}  # fmt: skip
HALVES = {"morning": "上午", "afternoon": "下午", "evening": "晚上"}
ROLE = re.compile("（(?:承办|协办|支持|指导)）$")
MOST_DAYS = 20  # longer ones are written as from and to


def plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=1024)
def codes_of(name: str) -> set[str]:
    """The codes of 浙江永嘉县, 广西."""
    rows = regions.all_regions()
    for province in (row for row in rows if row.code.endswith("0000")):
        for begin in {province.name, province.short}:
            rest = name.removeprefix(begin)
            if name == begin:
                return {province.code}
            if not name.startswith(begin):
                continue
            below = {row.code for row in rows if row.code[:2] == province.code[:2] and row.name == rest}
            if below:
                return below
    raise ValueError(name)


def days_right(text: str) -> set[tuple[str, ...]]:
    """0420-0422 0900-1700; 0426 上午 as pairs of day and hours."""
    whens: set[tuple[str, ...]] = set()
    for part in text.split(";"):
        if ">" in part:
            whens.add(("through", *part.replace(">", " ").split()))
            continue
        days, *hours = part.split()
        if days == "?":
            continue
        first, _, last = days.partition("-")
        if last and first[:2] != last[:2]:
            whens.add((days, *hours))
            continue
        for number in range(int(first), int(last or first) + 1):
            whens.add((f"{number:04}", *hours))
    return whens


def days_read(occurrence: OccurrenceDraft) -> set[tuple[str, ...]]:
    zone = clock.zone("Asia/Shanghai")
    if occurrence.start_at:
        start = occurrence.start_at.astimezone(zone)
        end = occurrence.end_at.astimezone(zone) if occurrence.end_at else None
        if end and end - start > timedelta(days=1):
            return {("through", f"{start:%m%d}", f"{start:%H%M}", f"{end:%m%d}", f"{end:%H%M}")}
        return {(f"{start:%m%d}", f"{start:%H%M}" + (f"-{end:%H%M}" if end else ""))}
    length = (occurrence.end_day - occurrence.start_day).days
    if length > MOST_DAYS:
        return {(f"{occurrence.start_day:%m%d}-{occurrence.end_day:%m%d}",)}
    half = (HALVES[occurrence.half_day],) if occurrence.half_day else ()
    return {(f"{occurrence.start_day + timedelta(days=n):%m%d}", *half) for n in range(length + 1)}


def is_right(part: str, right: str, draft: EventDraft) -> bool:
    listed = [plain(name) for name in right.split(";") if name.strip("- ")]
    if right == "*":
        return True
    if part == "when":
        return days_right(right) == {day for each in draft.occurrences for day in days_read(each)}
    if part == "place":
        return listed == [plain(venue.name) for venue in draft.all_venues()]
    if part == "region":
        return draft.region_code in (codes_of(right) if right != "-" else {None})
    if part == "host":
        return listed == [plain(ROLE.sub("", name)) for name in draft.hosts]
    if part == "audience":
        return set(draft.groups) == {GROUPS[sign] for sign in right.strip("-")}
    return [row.format for row in draft.formats][:1] == [FORMATS[sign] for sign in right.strip("-")]


def drafts_of(file: OfficeFile, campaign) -> list[Understood]:
    rows = read_file(file.data, file.name)
    return understand.adopt(rows, understand.understand(campaign, rows), Source())


def score(right: tuple[str, ...], draft: EventDraft) -> list[tuple[str, str]]:
    """What is wrong of one event: part and right answer."""
    return [
        (part, answer)
        for part, answer in zip(PARTS, right[1:], strict=True)
        if not any(is_right(part, one.strip(), draft) for one in answer.split("||"))
    ]


def compared(file: OfficeFile, campaign) -> tuple[int, list[tuple]]:
    """How many cells are stated, and those that were read wrong."""
    read = drafts_of(file, campaign)
    left = [each.draft for each in read if each.draft]
    cells, wrong = 0, []
    for right in file.right:
        title = plain(right[0].strip("*"))
        stated = [part for part in right[1:] if part != "*"]
        cells += len(stated) + 1
        fits = [
            draft
            for draft in left
            if (title in plain(draft.title) if "*" in right[0] else title == plain(draft.title))
        ]
        if not fits:
            wrong += [(file.name, right[0], "lost")] * (len(stated) + 1)
            continue
        draft = min(fits, key=lambda one: len(score(right, one)))
        left.remove(draft)
        wrong += [(file.name, right[0], *mistake) for mistake in score(right, draft)]
    wrong += [(file.name, draft.title, "no event") for draft in left]
    unsaid = [each for each in read if each.draft is None and not each.findings]
    return cells, wrong + [(file.name, each.title, "not said") for each in unsaid]


def test_cells_of_all_files(campaign):
    files, cells, wrong = office_files(), 0, []
    for file in files:
        count, mistakes = compared(file, campaign)
        cells += count
        wrong += mistakes
    for each in wrong:
        print(each)
    assert len(files) >= 302
    assert len(wrong) <= cells * 0.01, f"{len(wrong)} of {cells}"
    assert not [each for each in wrong if each[2] in ("lost", "no event", "not said")]
