"""What the rules refuse in a draft of an event. Pure: forms, importers, the API and commands get the same sentences."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from models import clock, urls
from models.campaigns.tables import OTHER_FORMAT, Campaign, TermKind
from models.errors import N_, Mistake
from models.events.draft import (
    ALT_LENGTH,
    CONTACT_LENGTH,
    MOST_FORMATS,
    MOST_HOSTS,
    MOST_OCCURRENCES,
    MOST_VENUES,
    NAME_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    EventDraft,
    OccurrenceDraft,
    VenueDraft,
)
from models.events.tables import HALF_DAYS, MODES

MOST_DAYS = 366
NO_ALT = N_("Describe in a few words what the picture shows, for people who cannot see it.")
LONG_ALT = N_("The description has more than %(most)s characters. Please shorten it.")


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """Something in a draft that the rules refuse. field: the draft's field. row: of an occurrence or venue, from 0."""

    field: str
    mistake: Mistake
    row: int | None = None


def check_draft(campaign: Campaign, draft: EventDraft) -> None:
    """Raise Mistake for the first thing in a draft that the campaign's rules refuse."""
    for problem in problems_of(campaign, draft):
        raise problem.mistake


def problems_of(campaign: Campaign, draft: EventDraft) -> Iterator[FieldProblem]:
    """Everything in a draft that the campaign's rules refuse, one problem for each field or row."""
    for field, row, check in _checks(campaign, draft):
        try:
            check()
        except Mistake as mistake:
            yield FieldProblem(field, mistake, row)


def _checks(campaign: Campaign, draft: EventDraft) -> Iterator[tuple[str, int | None, Callable[[], None]]]:
    formats = [row.format for row in draft.formats] + ([draft.main_format] if draft.main_format else [])
    terms = (
        ("groups", TermKind.AUDIENCE, draft.groups),
        ("spotlights", TermKind.SPOTLIGHT, draft.spotlights),
        ("main_focus", TermKind.FOCUS, [draft.main_focus] if draft.main_focus else []),
        ("formats", TermKind.FORMAT, [key for key in formats if key != OTHER_FORMAT]),
    )
    yield "title", None, lambda: _check_title(draft.title)
    yield from ((name, None, partial(_check_length, getattr(draft, name))) for name in _TEXTS)
    yield from ((name, None, partial(_check_number, getattr(draft, name), most)) for name, most in _LISTS)
    yield "hosts", None, lambda: _check_names(draft.hosts)
    yield "formats", None, lambda: _check_names(row.text for row in draft.formats)
    yield from ((name, None, partial(_check_terms, campaign, kind, keys)) for name, kind, keys in terms)
    yield "title_en", None, lambda: _check_short(draft.title_en, TITLE_LENGTH)
    yield "mode", None, lambda: _check_mode(draft.mode)
    yield "online_url", None, lambda: _check_online_url(draft.online_url)
    yield "contact", None, lambda: _check_short(draft.contact, CONTACT_LENGTH)
    yield "picture_alt", None, lambda: _check_short(draft.picture_alt, ALT_LENGTH)
    for venue in draft.all_venues():
        yield "venues", None, partial(_check_venue, venue)
    for number, occurrence in enumerate(draft.occurrences):
        yield "occurrences", number, partial(_check_occurrence, campaign, occurrence)


_TEXTS = ("description", "online_url", "time_text", "venue_text", "region_text")
_LISTS = (
    ("hosts", MOST_HOSTS),
    ("venues", MOST_VENUES),
    ("formats", MOST_FORMATS),
    ("occurrences", MOST_OCCURRENCES),
)


def _check_title(title: str) -> None:
    if not title.strip():
        raise Mistake(N_("Please give the event a title."))
    if len(title) > TITLE_LENGTH:
        raise Mistake(
            N_("The title has more than %(most)s characters. Please shorten it."), most=TITLE_LENGTH
        )


def _check_length(text: str) -> None:
    _check_short(text, TEXT_LENGTH)


def _check_short(text: str, most: int) -> None:
    if len(text) > most:
        raise Mistake(N_("A text has more than %(most)s characters. Please shorten it."), most=most)


def _check_number(entries: Sequence[object], most: int) -> None:
    if len(entries) > most:
        raise Mistake(N_("A list has more than %(most)s entries. Please shorten it."), most=most)


def _check_names(names: Iterable[str]) -> None:
    if any(len(name) > NAME_LENGTH for name in names):
        raise Mistake(N_("A name has more than %(most)s characters. Please shorten it."), most=NAME_LENGTH)


def _check_mode(mode: str | None) -> None:
    if mode is not None and mode not in MODES:
        raise Mistake(
            N_("“%(mode)s” is not a mode of taking part. Use onsite, online or mixed."), mode=mode[:40]
        )


def _check_online_url(url: str) -> None:
    if not url:
        return
    if not url.startswith(("https://", "http://")):
        raise Mistake(N_("An online address starts with https:// or http://."))
    try:
        urls.to_ascii_url(url)
    except ValueError:
        raise Mistake(
            N_("“%(url)s” cannot be opened. Copy the complete online address again."), url=url
        ) from None


def _check_terms(campaign: Campaign, kind: TermKind, keys: Iterable[str]) -> None:
    for key in keys:
        if campaign.term(kind, key) is None:
            raise Mistake(
                N_("“%(key)s” is not in the list of this week. Use one of: %(known)s."),
                key=key[:40],
                known=", ".join(term.key for term in campaign.terms_of(kind)),
            )


def _check_venue(venue: VenueDraft) -> None:
    if not venue.name.strip():
        raise Mistake(N_("Please give the venue a name."))
    _check_names([venue.name, venue.name_en])
    if (venue.latitude is None) != (venue.longitude is None):
        raise Mistake(N_("A venue needs both coordinates: latitude and longitude."))
    if venue.latitude is None or venue.longitude is None:
        return
    if not (-90 <= venue.latitude <= 90 and -180 <= venue.longitude <= 180):
        raise Mistake(N_("Latitude must be between -90 and 90, longitude between -180 and 180."))


def _check_occurrence(campaign: Campaign, occurrence: OccurrenceDraft) -> None:
    start, end = occurrence.start_at, occurrence.end_at
    if occurrence.end_day < occurrence.start_day or (start and end and end <= start):
        raise Mistake(N_("The event ends before it starts. Please correct the end."))
    if (occurrence.end_day - occurrence.start_day).days > MOST_DAYS:
        raise Mistake(N_("One session of the event lasts longer than a year. Please split it."))
    if end and not start:
        raise Mistake(N_("An event with an end time also needs a start time."))
    if start and clock.day_of(start, campaign.zone) != occurrence.start_day:
        raise Mistake(N_("The start time of the event is not on its first day."))
    if occurrence.half_day is not None and occurrence.half_day not in HALF_DAYS:
        raise Mistake(N_("The part of the day must be morning, afternoon or evening."))
    if occurrence.capacity is not None and not 1 <= occurrence.capacity <= 1_000_000:
        raise Mistake(N_("A capacity is a whole number from 1 to 1,000,000."))


def alt_problem(alt: str) -> Mistake | None:
    """What is wrong with the description of a picture that a person sends."""
    if not alt:
        return Mistake(NO_ALT)
    return Mistake(LONG_ALT, most=ALT_LENGTH) if len(alt) > ALT_LENGTH else None
