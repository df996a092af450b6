"""What an organizer sets: places, times, waiting list, what is asked. And whether registration is open at a moment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, exists, or_, select
from sqlalchemy.orm import joinedload

from models import clock
from models.codes.passes import MOST_HEADCOUNT
from models.db import LARGEST_ID, db, transaction
from models.errors import N_, Conflict, Mistake, NotFound
from models.events.check_in_window import window_of
from models.events.merges import merged_ids, standing_event
from models.events.tables import Event, EventStatus, Occurrence, OccurrenceStatus
from models.organizations.tables import Account
from models.registration.tables import ContactRule, Registration, RegistrationSettings

MOST_PLACES = 100_000
MOST_QUESTIONS, LONGEST_QUESTION = 5, 80
# A question for a name, or for the number of an identity document: no pass needs it, and minors exist as counts alone.
_ASKS_FOR_A_NAME = re.compile(
    r"姓名|名字|名单|身份证|证件号|\bnames?\b|\bid (?:number|card)\b|\bpassport\b", re.IGNORECASE
)

Problems = dict[str, Mistake]  # by field of the form


class Openness(StrEnum):
    OPEN = "open"
    NOT_YET = "not_yet"
    CLOSED = "closed"
    NOT_HELD = "not_held"  # cancelled, or not public


@dataclass(frozen=True)
class SettingsDraft:
    places: int
    largest_group: int
    waiting_list: bool
    opens_at: datetime | None
    closes_at: datetime | None
    contact: ContactRule
    questions: tuple[str, ...]


def read_draft(form: Mapping[str, str], zone: str) -> tuple[SettingsDraft | None, Problems]:
    """The settings as they were typed; None with what to change, by field."""
    problems: Problems = {}
    places = _number("places", form, MOST_PLACES, problems)
    largest = _number("largest_group", form, MOST_HEADCOUNT, problems)
    opens, closes = _instant("opens_at", form, zone, problems), _instant("closes_at", form, zone, problems)
    if opens and closes and closes <= opens:
        problems["closes_at"] = Mistake(N_("Registration has to close after it opens."))
    questions = _questions(form.get("questions", ""), problems)
    contact = form.get("contact", "")
    if problems:
        return None, problems
    draft = SettingsDraft(
        places=places,
        largest_group=largest,
        waiting_list="waiting_list" in form,
        opens_at=opens,
        closes_at=closes,
        contact=ContactRule(contact) if contact in set(ContactRule) else ContactRule.NONE,
        questions=questions,
    )
    return draft, {}


def _number(name: str, form: Mapping[str, str], most: int, problems: Problems) -> int:
    text = form.get(name, "").strip()
    if text.isdecimal() and len(text) < 10 and 1 <= int(text) <= most:
        return int(text)
    problems[name] = Mistake(N_("Enter a whole number from 1 to %(most)s."), most=most)
    return 0


def _instant(name: str, form: Mapping[str, str], zone: str, problems: Problems) -> datetime | None:
    """A day and time as a browser's field gives it: 2024-04-20T09:30, in the campaign's zone."""
    text = form.get(name, "").strip()
    if not text:
        return None
    try:
        local = datetime.fromisoformat(text.replace(" ", "T"))
        if local.tzinfo is None:
            return clock.at_local(local.date(), local.time(), zone)
    except (ValueError, OverflowError):
        pass
    problems[name] = Mistake(N_("Write the day and time as 2024-04-20 09:30, or leave the field empty."))
    return None


def _questions(text: str, problems: Problems) -> tuple[str, ...]:
    """One a line."""
    lines = tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if len(lines) > MOST_QUESTIONS or any(len(line) > LONGEST_QUESTION for line in lines):
        problems["questions"] = Mistake(
            N_("At most %(most)s questions, each of at most %(longest)s characters."),
            most=MOST_QUESTIONS,
            longest=LONGEST_QUESTION,
        )
    elif any(_ASKS_FOR_A_NAME.search(line) for line in lines):
        problems["questions"] = Mistake(
            N_("Do not ask for names or identity numbers. A pass needs none, and minors are only counted.")
        )
    return lines


def save(
    event: Event, occurrence: Occurrence | None, draft: SettingsDraft, now: datetime, by: Account | None
) -> RegistrationSettings:
    """Create or change the settings of an event or of one of its sessions. Raises Conflict.

    Whoever waits is moved up by the caller (models.registration.registrations.move_up)."""
    with transaction():
        db.session.execute(
            # Not FOR UPDATE: whoever registers writes rows that refer to the event.
            select(Event.id).where(Event.id == event.id).with_for_update(key_share=True)
        )
        settings = _stored(event.id, occurrence)
        if settings is None:
            _require_one_kind(event.id, occurrence)
            settings = RegistrationSettings(event=event, occurrence=occurrence, taken=0)
            settings.sequence = sequence_of(settings)
            db.session.add(settings)
        if draft.places < settings.taken:
            raise Conflict(
                N_("%(taken)s places are taken already. Enter at least this number."), taken=settings.taken
            )
        settings.places, settings.largest_group = draft.places, draft.largest_group
        settings.waiting_list, settings.contact = draft.waiting_list, draft.contact
        settings.opens_at, settings.closes_at = draft.opens_at, draft.closes_at
        settings.questions = list(draft.questions)
        settings.changed_at, settings.changed_by = now, by.id if by else None
    return settings


def _stored(event_id: int, occurrence: Occurrence | None) -> RegistrationSettings | None:
    target = (
        RegistrationSettings.occurrence_id.is_(None)
        if occurrence is None
        else RegistrationSettings.occurrence_id == occurrence.id
    )
    query = select(RegistrationSettings).where(belongs_to(event_id), target)
    query = query.order_by(RegistrationSettings.event_id != event_id).limit(1)
    return db.session.scalar(query.with_for_update().execution_options(populate_existing=True))


def _require_one_kind(event_id: int, occurrence: Occurrence | None) -> None:
    """For the whole event or for its sessions: somebody registered for both would hold two places."""
    of_sessions = RegistrationSettings.occurrence_id.is_not(None)
    other = of_sessions if occurrence is None else ~of_sessions
    if db.session.scalar(select(exists().where(belongs_to(event_id), other))):
        raise Conflict(
            N_(
                "Registration is either for the whole event or for each session. Switch off the other one first."
            )
        )


def switch_off(settings: RegistrationSettings) -> None:
    """Remove the settings while there is no registration. Raises Conflict."""
    with transaction():
        db.session.execute(
            select(RegistrationSettings.id).where(RegistrationSettings.id == settings.id).with_for_update()
        )
        if db.session.scalar(select(exists().where(Registration.settings_id == settings.id))):
            raise Conflict(N_("Somebody has registered already. Set a closing time instead."))
        db.session.execute(delete(RegistrationSettings).where(RegistrationSettings.id == settings.id))


def belongs_to(event_id: int) -> ColumnElement[bool]:
    """Settings of an event, and of those that were merged into it: what was registered there continues here."""
    merged = RegistrationSettings.event_id.in_(merged_ids([event_id]))
    return or_(RegistrationSettings.event_id == event_id, merged)


def settings_of(event_id: int) -> list[RegistrationSettings]:
    """All settings of an event, by its sessions in their order."""
    query = (
        select(RegistrationSettings)
        .where(belongs_to(event_id))
        .options(joinedload(RegistrationSettings.occurrence))
    )
    rows = db.session.scalars(query)
    return sorted(
        rows, key=lambda row: (row.occurrence.start_day.toordinal(), row.id) if row.occurrence else (0, 0)
    )


def find_settings(event: Event, settings_id: int) -> RegistrationSettings:
    """Raises NotFound."""
    row = db.session.get(RegistrationSettings, settings_id) if 0 < settings_id <= LARGEST_ID else None
    if row is None or standing_event(row.event).id != event.id:
        raise NotFound(N_("There is no registration with the number %(id)s."), id=settings_id)
    return row


def sessions_of(settings: RegistrationSettings) -> list[Occurrence]:
    """The sessions that a registration is for, without cancelled ones."""
    return [row for row in all_sessions(settings) if row.status == OccurrenceStatus.SCHEDULED]


def all_sessions(settings: RegistrationSettings) -> list[Occurrence]:
    """Cancelled ones too."""
    return [settings.occurrence] if settings.occurrence else standing_event(settings.event).occurrences


def ends_at(settings: RegistrationSettings) -> datetime:
    """The end of the last session; of an event without a date, of its week."""
    event = standing_event(settings.event)
    zone = event.campaign.zone
    ends = [window_of(row, event.status, False, zone).end for row in sessions_of(settings)]
    return max(ends, default=clock.day_bounds(event.campaign.ends, event.campaign.ends, zone)[1])


def sequence_of(settings: RegistrationSettings) -> int:
    """A number that rises whenever one of its sessions is moved or cancelled, or the event is deleted."""
    deleted = standing_event(settings.event).withdrawn_at is not None
    return sum(row.sequence for row in all_sessions(settings)) + deleted


def closes(settings: RegistrationSettings) -> datetime:
    end = ends_at(settings)
    return min(settings.closes_at, end) if settings.closes_at else end


def is_held(settings: RegistrationSettings) -> bool:
    """Whether it is public, and not cancelled as a whole."""
    event = standing_event(settings.event)
    held = event.status == EventStatus.PUBLISHED and event.withdrawn_at is None
    dated = settings.occurrence is not None or bool(event.occurrences)
    return held and (not dated or bool(sessions_of(settings)))


def openness(settings: RegistrationSettings, now: datetime) -> Openness:
    if not is_held(settings):
        return Openness.NOT_HELD
    if closes(settings) <= now:
        return Openness.CLOSED
    return Openness.NOT_YET if settings.opens_at and now < settings.opens_at else Openness.OPEN
