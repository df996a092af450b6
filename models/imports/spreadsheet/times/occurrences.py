"""The dated occurrences of one row of a table, and the words of its time that could not be read."""

import re
from dataclasses import replace
from datetime import date, time, timedelta

from models import clock
from models.errors import N_
from models.events.draft import OccurrenceDraft, VenueDraft
from models.imports.findings import Finding, InCell
from models.imports.spreadsheet import cells
from models.imports.spreadsheet.times import time_cells, time_columns, time_words
from models.imports.spreadsheet.times.duration import duration
from models.imports.spreadsheet.times.time_and_place import without_places
from models.imports.spreadsheet.times.time_slots import Slot
from models.imports.vocabulary import Vocabulary


def occurrences(
    cell: dict[str, str],
    year: int,
    vocabulary: Vocabulary,
    venues: tuple[VenueDraft, ...],
    findings: list[Finding],
) -> tuple[tuple[OccurrenceDraft, ...], str]:
    """The occurrences, none without a date; and the words of the time. Raises InCell for days that contradict each other."""
    drafts, words = _occurrences(cell, year, vocabulary, venues, findings)
    lasts = duration(cell["duration"]) if cell["duration"] else None
    open_ends = [draft for draft in drafts if draft.start_at and not draft.end_at]
    if cell["duration"] and lasts is None and (open_ends or not drafts):
        why = Finding(
            N_("“%(text)s” was not read as a number of hours; kept in these words."),
            text=cell["duration"][:40],
        )
        findings.append(why.about("duration"))
        words = " ".join(filter(None, (words, cell["duration"])))
    if lasts is None:
        return drafts, words
    return tuple(_lasting(draft, lasts, vocabulary.zone) for draft in drafts), words


def _lasting(draft: OccurrenceDraft, lasts: timedelta, zone: str) -> OccurrenceDraft:
    if draft.start_at is None or draft.end_at is not None:
        return draft
    ends = draft.start_at + lasts
    return replace(draft, end_at=ends, end_day=ends.astimezone(clock.zone(zone)).date())


def _occurrences(
    cell: dict[str, str],
    year: int,
    vocabulary: Vocabulary,
    venues: tuple[VenueDraft, ...],
    findings: list[Finding],
) -> tuple[tuple[OccurrenceDraft, ...], str]:
    venue = venues[0] if len(venues) == 1 else None
    capacity = _capacity(cell["capacity"], findings)
    findings += time_cells.uncertain(cell)
    words, each = without_places(cell["time_text"], [place.name for place in venues])
    written, cell = cell, time_cells.arranged(cell | {"time_text": words}, year, vocabulary)
    if cell.get("week"):
        why = N_("The words for the time of the week were read as its days, %(first)s to %(last)s.")
        findings.append(Finding(why, first=vocabulary.starts, last=vocabulary.ends).about(cell["week"]))
    slots, time_text = _in_one_cell(cell, year, vocabulary.months, findings)
    if slots:
        places = [next(place for place in venues if place.name == name) for name in each]
        at = places if len(places) == len(slots) else [venue] * len(slots)
        drafts = tuple(
            _of(slot, vocabulary.zone, place, capacity) for slot, place in zip(slots, at, strict=True)
        )
        _outside(drafts[0].start_day, drafts[-1].end_day, vocabulary, findings)
        if any(slot.each_day for slot in slots):
            findings.append(_each_day(cell, len(drafts)))
        elif any("工作日" in cell[name] for name in ("start_time", "time_text", "start_date")):
            findings.append(_working_days(cell, len(drafts)))
        elif len(drafts) > 1:
            findings.append(Finding(N_("Read as %(count)s sessions."), count=len(drafts)).about("time_text"))
        return drafts, written["time_text"] if each else time_text
    if each:
        cell = time_cells.arranged(written, year, vocabulary)
    return _by_columns(cell, year, vocabulary, (venue, capacity), findings)


def _working_days(cell: dict[str, str], count: int) -> Finding:
    """The calendar of holidays moves working days to weekends, each year anew."""
    why = Finding(
        N_(
            "Working days: read as Monday to Friday, %(count)s sessions. Please correct public holidays and moved working days."
        ),
        count=count,
    )
    return why.about(
        next(name for name in ("start_time", "time_text", "start_date") if "工作日" in cell[name])
    )


def _each_day(cell: dict[str, str], count: int) -> Finding:
    column = next(name for name in ("start_time", "time_text", "start_date") if cell[name])
    why = Finding(
        N_("Several days with these hours: read as the hours of each day, %(count)s sessions."), count=count
    )
    return why.about(column)


def _in_one_cell(
    cell: dict[str, str], year: int, months: tuple[int, ...], findings: list[Finding]
) -> tuple[tuple[Slot, ...], str]:
    """Day and hours that stand in one cell: 4月26日上午9:00 as a date, 每天9:00-17:00 as a time beside dates."""
    words, start, hours = cell["time_text"], cell["start_date"], cell["start_time"]
    both, hour_words = _from_to(cell, year, months, findings)
    if both:
        return both, " ".join(filter(None, (words, hour_words)))
    if start and cells.day(start, year) is None:
        if cell["end_date"] or cell["end_time"]:
            return (), words
        return _of_days(start, hours or words, year, months, findings)
    first = cells.day(start, year) if start else None
    last = cells.day(cell["end_date"], year) if cell["end_date"] else first
    span = (first, last) if first and last and first <= last else None
    # A row of an export of ours is one occurrence; a report leaves open what its hours are.
    alone = "year" in cell or bool(cell["occurrence_number"])
    if span and span[0] < span[1] and hours and cell["end_time"] and not alone:
        each = time_words.read(f"{hours}-{cell['end_time']}", year, span, months)
        return (each if all(slot.each_day for slot in each) else ()), words
    if hours and not cell["end_time"] and cells.clock_time(hours) is None:
        return _with_clock(time_words.read(hours, year, span, months)), words
    if not words or hours or cell["end_time"]:
        return (), words
    slots = time_words.read(words, year, span, months)
    if not first:
        # In a report the compiler of the table left the date open on purpose: its words are no date then.
        return ((), words) if "year" in cell else (_with_open_hours(slots, words, findings), words)
    slots = _with_clock(slots)
    if slots and not (span and span[0] <= slots[0].first and max(slot.last for slot in slots) <= span[1]):
        why = Finding(
            N_("“%(text)s” does not match the date beside it; kept in these words."), text=words[:80]
        )
        findings.append(why.about("time_text"))
        return (), words
    return slots, words


def _of_days(
    days: str, hours: str, year: int, months: tuple[int, ...], findings: list[Finding]
) -> tuple[tuple[Slot, ...], str]:
    """The days of a cell, as a list or with their hours. hours: from another cell."""
    together = time_words.read(f"{days} {hours}", year, None, months) if hours else ()
    if together:
        return _with_open_hours(together, hours, findings), hours
    slots = time_words.read(days, year, None, months)
    if slots and hours:
        why = Finding(N_("“%(text)s” was not recognised as hours; kept in these words."), text=hours[:80])
        findings.append(why.about("time_text"))
    return _with_open_hours(slots, days, findings), hours or (
        days if any(slot.open_hours for slot in slots) else ""
    )


def _with_open_hours(slots: tuple[Slot, ...], words: str, findings: list[Finding]) -> tuple[Slot, ...]:
    if any(slot.open_hours for slot in slots):
        findings.append(time_columns.no_hours_of_one_day(words, "time_text"))
    return slots


def _from_to(
    cell: dict[str, str], year: int, months: tuple[int, ...], findings: list[Finding]
) -> tuple[tuple[Slot, ...], str]:
    """Day and hour together in the cell of the beginning, as forms export them; the end likewise or with its hour alone.
    () where that is not how it is written. Over several days the days count and the hours stay words, given as well: each
    of the days, or once from then to then?"""
    begins, ends = cell["start_date"] or cell["start_time"], cell["end_date"] or cell["end_time"]
    if not ends or (cell["start_date"] and cell["start_time"]) or (cell["end_date"] and cell["end_time"]):
        return (), ""
    first, last = (time_words.read(text, year, None, months) for text in (begins, ends))
    if len(first) != 1 or first[0].start is None or first[0].end or (last and len(last) != 1):
        return (), ""
    day = first[0].first
    end = last[0].start if last and last[0].first == day + timedelta(days=1) else None
    if end is not None and cells.is_night(first[0].start, end):
        return (Slot(day, day, first[0].start, end),), ""
    if last and last[0].first == last[0].last > day and not last[0].end:
        words = f"{begins}–{ends}"
        why = Finding(
            N_("“%(text)s” does not give hours within one day; kept in these words."), text=words[:80]
        )
        findings.append(why.about("start_date" if cell["start_date"] else "start_time"))
        return (Slot(day, last[0].first),), words
    until = last[0].start if last and not last[0].end and last[0].first == day else None
    until = until or (None if last else cells.clock_time(ends))
    return ((Slot(day, day, first[0].start, until),) if until and until > first[0].start else ()), ""


def _with_clock(slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """Where dates stand in their own columns, words add to them only with clock times."""
    return slots if all(slot.start for slot in slots) else ()


def _of(slot: Slot, zone: str, venue: VenueDraft | None, capacity: int | None) -> OccurrenceDraft:
    ends = slot.last + timedelta(days=1) if slot.overnight else slot.last
    return OccurrenceDraft(
        start_day=slot.first,
        end_day=slot.last if slot.end == time(0) else ends,
        start_at=clock.at_local(slot.first, slot.start, zone) if slot.start else None,
        end_at=clock.at_local(ends, slot.end, zone) if slot.end else None,
        half_day=slot.half_day,
        venue=venue,
        capacity=capacity,
    )


def _by_columns(
    cell: dict[str, str],
    year: int,
    vocabulary: Vocabulary,
    place: tuple[VenueDraft | None, int | None],
    findings: list[Finding],
) -> tuple[tuple[OccurrenceDraft, ...], str]:
    """The one occurrence of a row whose days and clock times stand in columns of their own."""
    if time_columns.is_unread(cell, year):
        findings.append(time_cells.unread_day(cell["start_date"], year).about("start_date"))
        words = " ".join(filter(None, (cell["start_date"], cell["time_text"])))
        return (), time_columns.with_clocks(cell, words)
    time_text = cell["time_text"]
    first, last = time_columns.day(cell, "start_date", year), time_columns.day(cell, "end_date", year)
    if first is None:
        if last is not None:
            raise InCell("end_date", N_("There is an end date without a start date. Add the start date."))
        _undated(cell, year, findings)
        return (), time_columns.with_clocks(cell, time_text)
    if last is not None and last < first:
        raise InCell("end_date", N_("The end date is before the start date. Please change one of them."))
    if first.year != year:
        raise InCell(
            "start_date",
            N_("The year says %(year)s but the date %(day)s. Please change one of them."),
            year=year,
            day=first,
        )
    if last is None and "year" not in cell and not cell.get("onwards"):
        last = first  # a plan gives the end of a longer event; a report (with its year) may leave it out
    if last is None:
        findings.append(Finding(N_("No end date was given: entered on its first day.")))
    _outside(first, last or first, vocabulary, findings)
    start, end, time_text = time_columns.clocks(cell, first, last, time_text, findings)
    single = last in (None, first)
    _unread_words(cell, single, findings)
    if start is not None:
        slot = Slot(first, first, start, end)
        draft = replace(_of(slot, vocabulary.zone, *place), open_ended=last is None)
        return (draft,), time_text
    half_day = cells.half_day(time_text, open_ended=last is None) if single else None
    slot = Slot(first, last or first, half_day=half_day)
    return (replace(_of(slot, vocabulary.zone, *place), open_ended=last is None),), time_text


def _undated(cell: dict[str, str], year: int, findings: list[Finding]) -> None:
    """Days in words that were not read differ from no days at all."""
    for name in ("time_text", "start_time"):
        if cell[name] and "year" not in cell:
            findings.append(time_cells.unread_day(cell[name], year).about(name))
            return
    findings.append(
        Finding(N_("No date was given: the event is listed without a date and is not in calendar feeds."))
    )


def _unread_words(cell: dict[str, str], single: bool, findings: list[Finding]) -> None:
    """Words beside a date that are neither hours nor a part of the day. Those of a report are kept as they are."""
    words = cell["time_text"]
    stated = (
        cell["start_time"] or cell["end_time"] or any(finding.column == "time_text" for finding in findings)
    )
    if (
        not words
        or stated
        or "year" in cell
        or (single and cells.half_day(words) and not re.search(r"\d", words))
    ):
        return
    why = Finding(N_("“%(text)s” was not recognised as hours; kept in these words."), text=words[:80])
    findings.append(why.about("time_text"))


def _outside(first: date, last: date, vocabulary: Vocabulary, findings: list[Finding]) -> None:
    if last < vocabulary.starts or first > vocabulary.ends:
        findings.append(Finding(N_("Outside the week: kept and marked.")))


def _capacity(text: str, findings: list[Finding]) -> int | None:
    if not text:
        return None
    number = cells.plain(text).removesuffix("人")
    if number.isascii() and number.isdigit() and 0 < int(number[:8]) <= 1_000_000:
        return int(number[:8])
    why = Finding(N_("“%(text)s” is not a number of people; left out."), text=text[:40])
    findings.append(why.about("capacity"))
    return None
