"""One row of a report as a draft of an event, and what there is to say about it. Pure: no database.

Nothing is invented: a word such as 上午 becomes a part of the day and never a clock time, a count such as 800余份 stays
the text it is, and what cannot be read for certain is kept in its own words and named in the row's findings.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from models import urls
from models.campaigns import file
from models.campaigns.tables import OTHER_FORMAT
from models.errors import N_, Mistake
from models.events.draft import EventDraft, FormatDraft, OrganizationDraft, ReportDraft, VenueDraft
from models.imports import plain_text
from models.imports.findings import Finding, InCell, Row, RowVerdict, Understood
from models.imports.spreadsheet import cells, region_cell
from models.imports.spreadsheet.column_synonyms import fields_of_columns
from models.imports.spreadsheet.event_mode import (
    MODES,
    how_to_take_part,
    mode_and_place,
    says_mode_alone,
    with_address,
)
from models.imports.spreadsheet.event_status import state
from models.imports.spreadsheet.names.hosts import hosts_of_row
from models.imports.spreadsheet.names.organizations import leader, without_role
from models.imports.spreadsheet.table_rows import ref_of
from models.imports.spreadsheet.times import occurrences as times
from models.imports.spreadsheet.times import time_cells
from models.imports.vocabulary import Vocabulary, vocabulary_of

__all__ = ["EXAMPLE", "MODES", "ORIGIN", "Vocabulary", "understand", "vocabulary_of"]

ORIGIN = "reported-events"
LONGEST_CELL = 2000  # characters: a list of 60 organizations is shorter
FREE_TEXTS = ("description", "remarks")
# 5, 第5点, 五, （五）; also before its words: 5.宣传…, 五、宣传….
_FOCUS_NUMBER = re.compile(
    r"[(（]?\s*(?:第|重点)?\s*(\d{1,2}|[一二三四五六七八九十])\s*(?:点|项|条)?\s*[)）]?(?:\s*[、.．:：]?\s*([^\d\s].*))?"
)
# What a plan asks of the offices: 报送活动总结及图片资料.
_HAND_IN = re.compile(
    "(?:及时|按时)?(?:报送|上报|提交|汇总上报).{0,12}(?:总结|材料|信息|资料|情况|数据|图片|报告)[^会]{0,8}$"
)
# How the title of the template's example begins.
EXAMPLE = "（示例）"


_EXAMPLE = re.compile(
    r"[(（【\[]?(?:填写|填报)?(?:示例|样例|范例|举例|例如?)(?:[)）】\]][:：]?|[一二\d]{0,2}[:：])"
)


def understand(row: Row, vocabulary: Vocabulary) -> Understood:
    """A draft with its findings; or other_year, or refused with the one thing to change first."""
    if row.unread:
        return _understood(row, RowVerdict.REFUSED, ())
    findings: list[Finding] = []
    try:
        _check_lengths(row.cells)
        year = _year(row, vocabulary, findings)
        if year not in vocabulary.years:
            span = "–".join(str(each) for each in dict.fromkeys((vocabulary.years[0], vocabulary.years[-1])))
            why = Finding(
                N_("This event is from %(year)s, but the week is in %(span)s. Not imported."),
                year=year,
                span=span,
            )
            return _understood(row, RowVerdict.OTHER_YEAR, (why,))
        stated = state(row.cells, findings)
        draft = replace(_draft(row, year, vocabulary, findings), title=stated.title)
    except Mistake as mistake:
        return _understood(row, RowVerdict.REFUSED, (Finding.of(mistake),))
    columns = frozenset(row.columns)
    understood = _understood(row, None, tuple(findings), draft)
    return replace(
        understood,
        cancelled=stated.cancelled,
        columns=columns or None,
        fields=fields_of_columns(columns),
        numbered=bool(row.cells["id"]),
    )


def _check_lengths(row_cells: Mapping[str, str]) -> None:
    """Before anything is looked for in them: that takes longer than a text grows."""
    for name, text in row_cells.items():
        if name not in FREE_TEXTS and len(text) > LONGEST_CELL:
            raise InCell(
                name,
                N_("This cell has more than %(most)s characters. Please shorten it."),
                most=f"{LONGEST_CELL:,}",
            )


def _understood(
    row: Row, verdict: RowVerdict | None, findings: tuple[Finding, ...], draft: EventDraft | None = None
) -> Understood:
    return Understood(
        row.number, verdict, row.placed((*row.notes, *findings)), draft, title=row.cells["title"]
    )


def _year(row: Row, vocabulary: Vocabulary, findings: list[Finding]) -> int:
    if row.surplus:
        raise Mistake(
            N_("This row has more cells than the header. Put text that contains a comma in quotation marks.")
        )
    footer = cells.footer(row.cells["title"])
    if footer:
        raise InCell(
            "title", N_("“%(text)s” is a note below the table, not an event. Not imported."), text=footer
        )
    if _HAND_IN.match(row.cells["title"]):
        why = N_("“%(text)s” is something to hand in, not an event. Not imported.")
        raise InCell("title", why, text=row.cells["title"][:80])
    if not row.cells["title"]:
        raise Mistake(N_("The title is missing. Please add it."))
    if row.cells["title"].startswith(EXAMPLE) or _EXAMPLE.match(row.cells["title"]):
        raise InCell("title", N_("This is the example row of the template. Please remove it."))
    text = row.cells.get("year", "")
    year = cells.year(text)
    if text and year is None:
        raise InCell("year", N_("“%(text)s” is not a year. Write it as 2024."), text=text[:40])
    first = cells.day(row.cells["start_date"], None)
    if year is None:
        year = first.year if first else time_cells.written_year(row.cells)
    if year is None and "year" not in row.cells and len(vocabulary.years) == 1:
        # A plan for this week says 4月26日; a report, which has a column for the year, may be of any.
        findings.append(
            Finding(
                N_("No year is given; read as %(year)s, the year of the week."), year=vocabulary.starts.year
            )
        )
        year = vocabulary.starts.year
    if year is None:
        raise Mistake(
            N_("The year is missing, so it is not certain that this event belongs to the week. Add the year.")
        )
    return year


def _draft(row: Row, year: int, vocabulary: Vocabulary, findings: list[Finding]) -> EventDraft:
    cell = with_address(row.cells)
    region, region_text = region_cell.region_of_cells(cell, findings)
    mode, place = mode_and_place(cell, findings)
    venues = _venues(place.names, cell["address"], findings)
    hosts, department = hosts_of_row(cell, findings)
    line = _line(cell["line"], vocabulary, findings)
    if cell["latitude"] and cell["longitude"] and not cell["occurrence_number"]:
        why = N_(
            "The coordinates were not imported: a table does not say whether they are of GPS or of a map."
        )
        findings.append(Finding(why).about("latitude"))
    mode_alone = says_mode_alone(cell["format"], cell["online"])
    formats = () if mode_alone else _formats(cell["format"], vocabulary, findings)
    known = [entry.format for entry in formats if entry.format != OTHER_FORMAT]
    occurrences, time_text = times.occurrences(cell, year, vocabulary, venues, findings)
    return EventDraft(
        title=cell["title"],
        description=_description(cell, department),
        region_code=region,
        region_text=region_text,
        lead=_lead(leader(hosts), region, vocabulary, line) if hosts else None,
        hosts=hosts,
        groups=_groups(cell["audiences"], vocabulary, findings),
        formats=formats,
        main_focus=_focus(cell["focus"], vocabulary, findings),
        main_format=known[0] if known else None,
        mode=mode,
        online_url=_online_url(cell["online_url"], findings) or place.url,
        contact=cell["contact"],
        picture_url=_picture_url(cell["picture"], findings),
        time_text=time_text,
        venue_text=cell["venue_text"],
        venues=venues,
        occurrences=occurrences,
        report=_report(cell),
        origin=ORIGIN,
        origin_ref=ref_of(row),
    )


def _description(cell: Mapping[str, str], department: str) -> str:
    texts = cell["description"], cell["remarks"], how_to_take_part(cell["online"]), department
    return plain_text.plain("\n".join(filter(None, texts)))


def _report(cell: Mapping[str, str]) -> ReportDraft:
    return ReportDraft(
        attendance=cell["attendance_reported"],
        materials=cell["materials_reported"],
        consultations=cell["consultations_reported"],
        views=cell["views_reported"],
        other=cell["other_outcomes"],
        source_url=cell["source_url"],
    )


def _venues(names: tuple[str, ...], address: str, findings: list[Finding]) -> tuple[VenueDraft, ...]:
    if address and len(names) == 1:
        return (VenueDraft(names[0], address=address),)
    if address:
        findings.append(
            Finding(N_("An address was given without one definite venue, so it was not imported.")).about(
                "address"
            )
        )
    return tuple(VenueDraft(name) for name in names)


def _groups(text: str, vocabulary: Vocabulary, findings: list[Finding]) -> tuple[str, ...]:
    words = vocabulary.group_words(text)
    strange = [word for word in words if vocabulary.group_of(word) is None]
    if strange:
        findings.append(
            Finding(N_("Not audience groups of this week: %(words)s."), words="、".join(strange)[:200]).about(
                "audiences"
            )
        )
    groups = (vocabulary.group_of(word) for word in words)
    return tuple(dict.fromkeys(group for group in groups if group))


def _formats(text: str, vocabulary: Vocabulary, findings: list[Finding]) -> tuple[FormatDraft, ...]:
    words = cells.words(cells.simplified(text), vocabulary.formats)
    formats = {word: vocabulary.format_of(word) for word in words}
    other = [word for word, key in formats.items() if key is None]
    if other:
        findings.append(
            Finding(
                N_("Kept as other forms of activity, in the original words: %(words)s."),
                words="、".join(other)[:200],
            ).about("format")
        )
    return tuple(FormatDraft(key or OTHER_FORMAT, word) for word, key in formats.items())


def _focus(text: str, vocabulary: Vocabulary, findings: list[Finding]) -> str | None:
    match = _FOCUS_NUMBER.fullmatch(cells.in_one_line(text).strip())
    focus = vocabulary.focuses.get(text)
    if match and focus is None:
        number = str(int(match[1]) if match[1].isdigit() else cells.number(match[1]))
        # Words behind a number decide: the list of another year may have other numbers.
        focus = vocabulary.focuses.get(match[2] or number)
    if text and focus is None:
        why = Finding(N_("“%(text)s” is not a publicity focus of this week; left out."), text=text[:80])
        findings.append(why.about("focus"))
    return focus


def _online_url(text: str, findings: list[Finding]) -> str:
    if text and not urls.is_web_url(text):
        why = Finding(N_("“%(text)s” is not an address that starts with https://; left out."), text=text[:80])
        findings.append(why.about("online_url"))
        return ""
    return text


def _picture_url(text: str, findings: list[Finding]) -> str:
    if text and not (urls.is_web_url(text) and text.startswith("https://")):
        why = Finding(
            N_("“%(text)s” is not an address of a picture that starts with https://; left out."),
            text=text[:80],
        )
        findings.append(why.about("picture"))
        return ""
    return text


def _lead(host: str, region: str | None, vocabulary: Vocabulary, line: str | None) -> OrganizationDraft:
    name = without_role(host)
    return OrganizationDraft(
        name, region_cell.seat_of(name, region), line or file.recognise_line(vocabulary.lines, name)
    )


def _line(text: str, vocabulary: Vocabulary, findings: list[Finding]) -> str | None:
    known = (term.key for term in vocabulary.lines if text in (term.key, term.name_zh, term.name_en))
    line = next(known, None) or file.recognise_line(vocabulary.lines, text)
    if text and line is None:
        why = Finding(N_("“%(text)s” is not a sector of this week; left out."), text=text[:40])
        findings.append(why.about("line"))
    return line
