"""One event of a calendar file as a draft, and what there is to say about it. Pure: no database."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

from models import urls
from models.campaigns.tables import OTHER_FORMAT
from models.errors import N_, Mistake
from models.events.draft import NAME_LENGTH, EventDraft, FormatDraft, ReportDraft, VenueDraft
from models.events.tables import Mode
from models.imports import plain_text
from models.imports.calendar import occurrences
from models.imports.calendar.ics_file import first
from models.imports.calendar.overrides import cancellations
from models.imports.calendar.recurrence import Steps
from models.imports.findings import NOT_CERTAIN, CalendarEntry, Finding, RowVerdict, Understood, VEvent
from models.imports.spreadsheet import cells
from models.imports.spreadsheet.to_draft import Vocabulary
from models.places import regions

ORIGIN = "calendar-file"
AROUND = timedelta(days=30)
_LONGEST_REF = 255
_CANCELLED = ("CANCELLED", "CANCELED")
_PRIVATE = ("PRIVATE", "CONFIDENTIAL")
_ADDRESS = ("https://", "http://")


def understand(entry: CalendarEntry, vocabulary: Vocabulary, steps: Steps | None = None) -> Understood:
    """A draft with its findings; other_year outside the campaign and the 30 days around it; or refused.

    steps: what is left of the work that its file may cost."""
    findings = list(entry.notes)
    # One that was made up of what the event says is another one as soon as that is broken.
    ref = ref_of(entry.uid) if first(entry.main, "UID") else ""
    title = plain_text.line(plain_text.unescaped(first(entry.main, "SUMMARY")))
    try:
        if first(entry.main, "CLASS").upper() in _PRIVATE:
            raise Mistake(N_("It is marked as private in its calendar. Not imported."))
        if not title:
            raise Mistake(N_("The event has no title (SUMMARY)."))
        draft = _draft(entry, title, vocabulary, findings, steps or Steps())
    except Mistake as mistake:
        return Understood(entry.number, RowVerdict.REFUSED, (Finding.of(mistake),), title=title, ref=ref)
    if not draft.occurrences:
        why = Finding(
            N_("Not between %(first)s and %(last)s. Not imported."),
            first=vocabulary.starts - AROUND, last=vocabulary.ends + AROUND,
        )  # fmt: skip
        said = (why, *cancellations(findings))
        return Understood(entry.number, RowVerdict.OTHER_YEAR, said, title=title, ref=ref)
    cancelled = first(entry.main, "STATUS").upper() in _CANCELLED
    return Understood(
        entry.number,
        None,
        tuple(findings),
        draft,
        cancelled,
        title,
        ref,
        columns=frozenset({"start_date", "start_time", "venue_text"}),
        fields=_fields(entry.main, draft),
    )


def _draft(
    entry: CalendarEntry, title: str, vocabulary: Vocabulary, findings: list[Finding], steps: Steps
) -> EventDraft:
    main = entry.main
    place = plain_text.line(plain_text.unescaped(first(main, "LOCATION")))
    online_url = _online(main, place)
    if place.startswith(_ADDRESS):
        place = ""
    venues = _venues(main, place, findings)
    region = region_of(place)
    sessions = occurrences.of(
        entry, vocabulary.zone, vocabulary.starts - AROUND, vocabulary.ends + AROUND, findings, steps
    )
    if any(each.end_day < vocabulary.starts or each.start_day > vocabulary.ends for each in sessions):
        findings.append(Finding(N_("Outside the week: kept and marked.")))
    if first(main, "STATUS").upper() == "TENTATIVE":
        findings.append(Finding(NOT_CERTAIN, text="TENTATIVE"))
    groups, formats = _categories(main, vocabulary, findings)
    venue = venues[0] if len(venues) == 1 else None
    return EventDraft(
        title=title,
        description=_description(main),
        region_code=region,
        groups=groups,
        formats=formats,
        mode=(Mode.MIXED if place else Mode.ONLINE) if online_url else None,
        online_url=online_url,
        picture_url=_picture_url(main),
        venue_text=place,
        venues=venues,
        occurrences=tuple(replace(each, venue=each.venue or venue) for each in sessions),
        report=ReportDraft(source_url=_address(first(main, "URL"))),
        origin=ORIGIN,
        origin_ref=ref_of(entry.uid),
    )


def _fields(main: VEvent, draft: EventDraft) -> frozenset[str]:
    """The fields that a calendar can hold: hosts, focus points and capacities have no property in it."""
    fields = {
        "title",
        "description",
        "venue_text",
        "venues",
        "time_text",
        "occurrences",
        "online_url",
        "report",
    }
    if draft.region_code:
        fields |= {"region_code", "region_text"}
    if draft.mode:
        fields.add("mode")
    if draft.groups:
        fields.add("groups")
    if draft.formats:
        fields |= {"formats", "main_format"}
    if draft.picture_url:
        fields.add("picture_url")
    return frozenset(fields)


def ref_of(uid: str) -> str:
    """What an event is known by when its calendar comes again: its UID, or a digest of one that is too long."""
    if len(uid) <= _LONGEST_REF:
        return uid
    return "sha256:" + hashlib.sha256(uid.encode()).hexdigest()


def _description(main: VEvent) -> str:
    text = first(main, "DESCRIPTION") or first(main, "X-ALT-DESC")
    return plain_text.plain(plain_text.unescaped(text))


def _address(text: str) -> str:
    return text if urls.is_web_url(text) and len(text) <= 2000 else ""


def _online(main: VEvent, place: str) -> str:
    """Where one takes part over the network: CONFERENCE, or a place that is an address. URL is a page about it."""
    addresses = [value.strip() for _, value in main.properties.get("CONFERENCE", ())]
    if place.startswith(_ADDRESS):
        addresses.append(place.split()[0])
    return next(filter(None, map(_address, addresses)), "")


def _picture_url(main: VEvent) -> str:
    """IMAGE (RFC 7986), else an attachment that is a picture; by its address, not in the file itself."""
    for name, given in (("IMAGE", "image/"), ("ATTACH", "")):
        for params, value in main.properties.get(name, ()):
            kind, url = params.get("FMTTYPE", given).strip('"').lower(), value.strip()
            if kind.startswith("image/") and url.startswith("https://") and _address(url):
                return url
    return ""


def _venues(main: VEvent, place: str, findings: list[Finding]) -> tuple[VenueDraft, ...]:
    if not place:
        return ()
    names, sure = cells.places(place)
    if not sure or any(len(name) > NAME_LENGTH for name in names):
        findings.append(
            Finding(N_("“%(text)s” is not one definite place; kept in these words."), text=place[:200])
        )
        return ()
    if len(names) > 1:
        findings.append(Finding(N_("%(count)s venues were recognised."), count=len(names)))
        return tuple(VenueDraft(name) for name in names)
    latitude, longitude = _geo(first(main, "GEO"))
    return tuple(VenueDraft(name, latitude=latitude, longitude=longitude) for name in names)


def _geo(text: str) -> tuple[float, float] | tuple[None, None]:
    try:
        latitude, longitude = (float(part) for part in text.split(";"))
    except ValueError:
        return None, None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180) or latitude == longitude == 0:
        return None, None
    return latitude, longitude


def _categories(
    main: VEvent, vocabulary: Vocabulary, findings: list[Finding]
) -> tuple[tuple[str, ...], tuple[FormatDraft, ...]]:
    """Audience groups and forms of activity among the categories; the others are named."""
    categories = ",".join(value.replace("\\,", "，") for _, value in main.properties.get("CATEGORIES", ()))
    words = tuple(
        dict.fromkeys(
            word for part in categories.split(",") if (word := plain_text.line(plain_text.unescaped(part)))
        )
    )
    groups = tuple(dict.fromkeys(vocabulary.groups[word] for word in words if word in vocabulary.groups))
    known = [
        word for word in words if word in vocabulary.formats and vocabulary.formats[word] != OTHER_FORMAT
    ]
    other = [word for word in words if word not in vocabulary.groups and word not in known]
    if other:
        findings.append(
            Finding(N_("Categories that this week does not have: %(words)s."), words="、".join(other)[:200])
        )
    return groups, tuple(FormatDraft(vocabulary.formats[word], word) for word in known)


@lru_cache(maxsize=4096)
def region_of(address: str) -> str | None:
    """The region with whose full names an address begins (江苏省连云港市…, 北京市海淀区…); None where it does not."""
    rest = address
    code: str | None = None
    for level in (regions.PROVINCE, regions.PREFECTURE, regions.COUNTY):
        for name, below in _named(level) if rest else ():
            if rest.startswith(name) and (code is None or regions.is_below(below, code)):
                rest, code = rest.removeprefix(name), below
                break
        if code is None:
            return None
    return code


@lru_cache(maxsize=3)
def _named(level: str) -> tuple[tuple[str, str], ...]:
    return tuple((row.name, row.code) for row in regions.all_regions() if row.level == level)
