"""One row of a report as a draft of an event, and what there is to say about it. Pure: no database.

Nothing is invented: a word such as 上午 becomes a part of the day and never a clock time, a count such as 800余份 stays
the text it is, and what cannot be read for certain is kept in its own words and named in the row's findings.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from models import campaign as campaigns
from models import campaign_file, clock, regions
from models.campaign import Campaign
from models.drafts import EventDraft, FormatDraft, Lead, OccurrenceDraft, ReportDraft, VenueDraft
from models.errors import N_, Mistake
from models.intake import cells
from models.intake.findings import OTHER_YEAR, REFUSED, Finding, Row, Understood

ORIGIN = "reported-events"
MODES = {"线下": "onsite", "线上": "online", "线上线下": "mixed", "线下线上": "mixed"} | {
    mode: mode for mode in ("onsite", "online", "mixed")
}
_LONGEST_REF = 200


@dataclass(frozen=True)
class Reading:
    """What a campaign makes of the words in reports. groups, formats: a word -> a key. years: those of its days."""

    starts: date
    ends: date
    zone: str
    groups: Mapping[str, str]
    formats: Mapping[str, str]
    lines: tuple[campaign_file.Term, ...]

    @property
    def years(self) -> range:
        return range(self.starts.year, self.ends.year + 1)


def reading_of(campaign: Campaign) -> Reading:
    def words(kind: str) -> dict[str, str]:
        return {
            word: term.key for term in campaign.of(kind) for word in (term.key, term.name_en, term.name_zh)
        }

    lines = tuple(
        campaign_file.Term(term.number, term.key, term.name_zh, term.name_en, recognise=tuple(term.recognise))
        for term in campaign.of(campaigns.LINE)
    )
    formats = words(campaigns.FORMAT) | {row.text: row.format for row in campaign.reported_formats}
    return Reading(campaign.starts, campaign.ends, campaign.zone, words(campaigns.AUDIENCE), formats, lines)


def understand(row: Row, reading: Reading) -> Understood:
    """A draft with its findings; or other_year, or refused with the one thing to change first."""
    said: list[Finding] = []
    try:
        year = _year(row)
        if year not in reading.years:
            span = "–".join(str(each) for each in dict.fromkeys((reading.years[0], reading.years[-1])))
            why = Finding(
                N_("An event of %(year)s; this campaign is of %(span)s. Not taken in."), year=year, span=span
            )
            return Understood(row.number, OTHER_YEAR, (why,))
        draft = _draft(row, year, reading, said)
    except Mistake as mistake:
        return Understood(row.number, REFUSED, (Finding.of(mistake),))
    return Understood(row.number, None, tuple(said), draft)


def _year(row: Row) -> int:
    text = row.cells["year"]
    if row.surplus:
        raise Mistake(
            N_("This row has more cells than the header: put a text that holds a comma in quotation marks.")
        )
    if not row.cells["title"]:
        raise Mistake(N_("The title is missing. Add it."))
    year = cells.year(text)
    if text and year is None:
        raise Mistake(N_("“%(text)s” is not a year. Write it as 2024."), text=text[:40])
    told = cells.day(row.cells["start_date"], None)
    if year is None and told is None:
        raise Mistake(N_("The year is missing, so it is not certain that this belongs here. Add the year."))
    return year or told.year


def _draft(row: Row, year: int, reading: Reading, said: list[Finding]) -> EventDraft:
    cell = row.cells
    region, region_text = _region(cell, said)
    mode = _mode(cell["online"], said)
    venues = _venues(cell["venue_text"], mode, said)
    hosts = cells.entries(cell["organizers"])
    formats = _formats(cell["format"], reading, said)
    known = [entry.format for entry in formats if entry.format != campaigns.OTHER_FORMAT]
    occurrences, time_text = _occurrences(cell, year, reading, venues, said)
    return EventDraft(
        title=cell["title"],
        region_code=region,
        region_text=region_text,
        lead=_lead(hosts[0], region, reading) if hosts else None,
        hosts=hosts,
        groups=_groups(cell["audiences"], reading, said),
        formats=formats,
        main_format=known[0] if known else None,
        mode=mode,
        time_text=time_text,
        venue_text=cell["venue_text"],
        venues=venues,
        occurrences=occurrences,
        report=ReportDraft(
            attendance=cell["attendance_reported"],
            materials=cell["materials_reported"],
            consultations=cell["consultations_reported"],
            views=cell["views_reported"],
            other=cell["other_outcomes"],
            source_url=cell["source_url"],
        ),
        origin=ORIGIN,
        origin_ref=_ref(cell),
    )


def _ref(cell: dict[str, str]) -> str:
    """What a row is known by when its file is handed in again: its id, else title, day and place."""
    ref = cell["id"]
    if len(ref) > _LONGEST_REF:
        raise Mistake(N_("The id is longer than %(most)s characters."), most=_LONGEST_REF)
    if not ref:
        names = ("title", "start_date", "province", "city", "county")
        told = "\x1f".join(cells.plain(cell[name]) for name in names)
        ref = "sha256:" + hashlib.sha256(told.encode()).hexdigest()[:32]
    return ref


def _region(cell: dict[str, str], said: list[Finding]) -> tuple[str | None, str]:
    told = [cell[name] for name in ("province", "city", "county")]
    found = regions.recognise(*told)
    said += [Finding(regions.WHY[problem.why], text=problem.text) for problem in found.problems]
    return found.code, " ".join(dict.fromkeys(filter(None, told))) if found.problems else ""


def _mode(text: str, said: list[Finding]) -> str | None:
    mode = MODES.get(cells.plain(text).lower())
    if text and mode is None:
        said.append(Finding(N_("“%(text)s” was not read: write 线下, 线上 or 线上线下."), text=text[:40]))
    return mode


def _venues(text: str, mode: str | None, said: list[Finding]) -> tuple[VenueDraft, ...]:
    if not text or mode == "online":
        return ()
    names, sure = cells.places(text)
    if len(names) > 1 and sure:
        said.append(Finding(N_("Its place was read as %(count)s places."), count=len(names)))
    elif not sure:
        said.append(
            Finding(N_("“%(text)s” does not name one certain place: kept in these words."), text=text)
        )
    return tuple(VenueDraft(name) for name in names)


def _groups(text: str, reading: Reading, said: list[Finding]) -> tuple[str, ...]:
    words = cells.entries(text)
    strange = [word for word in words if word not in reading.groups]
    if strange:
        said.append(
            Finding(N_("No audience group of this campaign: %(words)s."), words="、".join(strange)[:200])
        )
    return tuple(dict.fromkeys(reading.groups[word] for word in words if word in reading.groups))


def _formats(text: str, reading: Reading, said: list[Finding]) -> tuple[FormatDraft, ...]:
    words = cells.entries(text)
    other = [word for word in words if word not in reading.formats]
    if other:
        said.append(
            Finding(N_("Kept as other forms, in their own words: %(words)s."), words="、".join(other)[:200])
        )
    return tuple(FormatDraft(reading.formats.get(word, campaigns.OTHER_FORMAT), word) for word in words)


def _lead(host: str, region: str | None, reading: Reading) -> Lead:
    name = cells.without_role(host)
    return Lead(name, _seat(name, region), campaign_file.recognise_line(reading.lines, name))


def _seat(name: str, region: str | None) -> str | None:
    """Where a host sits: the event's region, or the one above it whose name the host bears (铜陵市中级人民法院)."""
    if region is None:
        return None
    rows = {row.code: row for row in regions.load()}
    rest, seat = name, None
    for code in (*regions.ancestors(region), region):
        if rest.startswith(rows[code].name):
            rest, seat = rest.removeprefix(rows[code].name), code
    return seat or region


def _occurrences(
    cell: dict[str, str], year: int, reading: Reading, venues: tuple[VenueDraft, ...], said: list[Finding]
) -> tuple[tuple[OccurrenceDraft, ...], str]:
    """The one dated sitting that a row tells, none without a date; and the words of its time."""
    time_text = cell["time_text"]
    first, last = _day(cell, "start_date", year), _day(cell, "end_date", year)
    if first is None:
        if last is not None:
            raise Mistake(N_("There is an end date without a start date. Add the start date."))
        said.append(Finding(N_("No date was reported: shown as such, and in no calendar feed.")))
        return (), _with_clocks(cell, time_text)
    if last is not None and last < first:
        raise Mistake(N_("The end date is before the start date. Change one of them."))
    if first.year != year:
        raise Mistake(N_("The year says %(year)s and the date %(day)s. Change one."), year=year, day=first)
    if last is None:
        said.append(Finding(N_("No end was reported: entered on its first day.")))
    if (last or first) < reading.starts or first > reading.ends:
        said.append(Finding(N_("Outside the days of the campaign: kept and marked.")))
    start, end, time_text = _clocks(cell, first, last, time_text, reading.zone, said)
    single = last in (None, first)
    draft = OccurrenceDraft(
        start_day=first,
        end_day=last or first,
        start_at=start,
        end_at=end,
        half_day=cells.half_day(time_text, open_ended=last is None) if single and start is None else None,
        open_ended=last is None,
        venue=venues[0] if len(venues) == 1 else None,
    )
    return (draft,), time_text


def _day(cell: dict[str, str], name: str, year: int) -> date | None:
    text = cell[name]
    day = cells.day(text, year) if text else None
    if text and day is None:
        raise Mistake(N_("“%(text)s” is not a day. Write it as 2024-04-20."), text=text[:40])
    return day


def _clocks(cell: dict[str, str], first: date, last: date | None, words: str, zone: str, said: list[Finding]):
    """Start and end as instants where the row gives clock times for one day; otherwise they stay words."""
    start, end = cells.clock_time(cell["start_time"]), cells.clock_time(cell["end_time"])
    unread = [
        cell[name]
        for name in ("start_time", "end_time")
        if cell[name] and cells.clock_time(cell[name]) is None
    ]
    if unread or (end and not start) or (start and last not in (None, first)):
        told = "–".join(filter(None, (cell["start_time"], cell["end_time"])))
        said.append(Finding(N_("“%(text)s” gives no hours of one day: kept in these words."), text=told[:80]))
        return None, None, _with_clocks(cell, words)
    if start and end and end <= start:
        raise Mistake(N_("The end time is not after the start time. Change one of them."))
    begins = clock.at_local(first, start, zone) if start else None
    ends = clock.at_local(first, end, zone) if end else None
    return begins, ends, words


def _with_clocks(cell: dict[str, str], words: str) -> str:
    """The words of the time, and the clock times that could not be entered as such."""
    told = "–".join(filter(None, (cell["start_time"], cell["end_time"])))
    return " ".join(filter(None, (words, told)))
