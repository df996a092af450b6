"""Campaign `rehearsal`: seven days around today, with made-up events from models/data/rehearsal.toml.

While today lies within its days, running this again changes nothing. Later the campaign moves on around the new today
and gets a fresh set of events; those of the earlier days keep their rows, their ids and their attendance.
"""

import tomllib
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files

from sqlalchemy import select

from models import clock
from models.campaigns import file
from models.campaigns.file import CampaignFile
from models.campaigns.tables import Campaign
from models.db import db
from models.events.draft import EventDraft, FormatDraft, OccurrenceDraft, OrganizationDraft, VenueDraft
from models.events.tables import Event
from models.operations import campaign_loader
from models.publishing import lifecycle
from models.publishing.change import event_transaction

ID, NUMBER, ORIGIN = "rehearsal", 2, "rehearsal"
LENGTH, TODAY_IS = 7, 3
HALF_DAY_WORDS = {"morning": "上午", "afternoon": "下午", "evening": "晚上"}


def ensure_week(now: datetime) -> Campaign:
    """The campaign with today in its days, and its events published."""
    campaign = campaign_loader.load_campaign(_file(now), rehearsal=True, figures_released=True)
    if events_of(campaign):
        return campaign
    with event_transaction():
        for number, (draft, cancelled) in enumerate(_drafts(campaign), 1):
            draft = replace(draft, origin=ORIGIN, origin_ref=f"{campaign.starts.isoformat()}:{number}")
            event = lifecycle.write_new(campaign, draft, now)
            if cancelled:
                lifecycle.write_cancelled(event, now)
    return campaign


def events_of(campaign: Campaign) -> list[Event]:
    """The made-up events of the campaign's present days, in the order of their file."""
    asked = select(Event).where(
        Event.campaign_id == campaign.id,
        Event.origin == ORIGIN,
        Event.origin_ref.startswith(f"{campaign.starts.isoformat()}:"),
    )
    return list(db.session.scalars(asked.order_by(Event.id)))


def _file(now: datetime) -> CampaignFile:
    """The terms of the 2024 week under another name, on days that contain today."""
    terms = file.default_campaign_file()
    today = clock.day_of(now, terms.zone)
    known = db.session.get(Campaign, ID)
    starts = today - timedelta(days=TODAY_IS - 1)
    if known is not None and known.starts <= today <= known.ends:
        starts = known.starts
    ends = starts + timedelta(days=LENGTH - 1)
    return replace(
        terms,
        id=ID,
        number=NUMBER,
        name_zh="知识产权宣传周（演练）",
        name_en="Publicity Week (rehearsal)",
        starts=starts,
        ends=ends,
        marked_day=ends,
        marked_zh="世界知识产权日（演练）",
        marked_en="World IP Day (rehearsal)",
        days_off=frozenset(),
        working_weekends=frozenset(),
    )


@lru_cache(maxsize=1)
def _table() -> dict:
    return tomllib.loads(files("models").joinpath("data/rehearsal.toml").read_text(encoding="utf-8"))


def host_of(key: str) -> OrganizationDraft:
    """One of the made-up organizations."""
    entry = _table()["hosts"][key]
    return OrganizationDraft(entry["name"], entry["region"], entry.get("line"))


def _drafts(campaign: Campaign) -> list[tuple[EventDraft, bool]]:
    """Every event of the file on the campaign's days, and whether it is called off."""
    return [(_draft(entry, campaign), entry.get("cancelled", False)) for entry in _table()["event"]]


def _draft(entry: dict, campaign: Campaign) -> EventDraft:
    lead = host_of(entry["host_of"])
    venue = _venue(entry)
    sittings = tuple(
        _sitting(entry, campaign.days[number - 1], campaign.zone, venue) for number in entry["days"]
    )
    return EventDraft(
        title=entry["title"],
        description=entry.get("text", ""),
        region_code=lead.region_code,
        lead=lead,
        hosts=(lead.name, *(host_of(key).name for key in entry.get("with", ()))),
        groups=tuple(entry["groups"]),
        formats=tuple(FormatDraft(key, text) for key, text in entry["formats"].items()),
        main_focus=entry["focus"],
        mode=entry.get("mode", "onsite"),
        time_text=HALF_DAY_WORDS.get(entry.get("half"), ""),
        venue_text=venue.name if venue else "",
        venues=(venue,) if venue else (),
        occurrences=sittings,
    )


def _venue(entry: dict) -> VenueDraft | None:
    if "venue" in entry:
        return VenueDraft(**_table()["venues"][entry["venue"]])
    return VenueDraft(entry["place"]) if "place" in entry else None


def _sitting(entry: dict, day: date, zone: str, venue: VenueDraft | None) -> OccurrenceDraft:
    start = end = None
    last = day
    if "at" in entry:
        start = clock.at_local(day, time.fromisoformat(entry["at"]), zone)
        end = start + timedelta(hours=entry["hours"])
        last = clock.day_of(end - timedelta(seconds=1), zone)
    return OccurrenceDraft(
        start_day=day,
        end_day=last,
        start_at=start,
        end_at=end,
        half_day=entry.get("half"),
        venue=venue,
        capacity=entry.get("capacity"),
    )
