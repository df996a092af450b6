"""Campaign `rehearsal`: seven days around today, with made-up events from models/data/rehearsal.toml.

While today is one of its days, running this again changes nothing. Later the campaign moves to seven days around the new
today and gets new events; the earlier ones keep their ids and attendance.
"""

import tomllib
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

from sqlalchemy import select

from models import clock
from models.campaigns import file
from models.campaigns.file import CampaignFile
from models.campaigns.tables import Campaign, TermKind
from models.db import db
from models.demo import pictures
from models.events.draft import EventDraft, FormatDraft, OccurrenceDraft, OrganizationDraft, VenueDraft
from models.events.pictures import keep_picture
from models.events.tables import Event, HalfDay, Mode
from models.operations import campaign_loader
from models.publishing import lifecycle
from models.publishing.change import event_transaction

ID, NUMBER, ORIGIN = "rehearsal", 2, "rehearsal"
LENGTH, TODAY_IS = 7, 3  # days; the position of today among them
TWO_REVIEWERS = "talk"  # the form of activity that two people review
HALF_DAY_WORDS = {HalfDay.MORNING: "上午", HalfDay.AFTERNOON: "下午", HalfDay.EVENING: "晚上"}


def ensure_week(now: datetime) -> Campaign:
    """The campaign around today, with its events published."""
    campaign = campaign_loader.load_campaign(_file(now), rehearsal=True, figures_released=True)
    if events_of(campaign):
        return campaign
    with event_transaction():
        for number, (draft, cancelled) in enumerate(_drafts(campaign, now), 1):
            draft = replace(draft, origin=ORIGIN, origin_ref=f"{campaign.starts.isoformat()}:{number}")
            event = lifecycle.write_new(campaign, draft, now)
            if cancelled:
                lifecycle.write_cancelled(event, now)
    return campaign


def events_of(campaign: Campaign) -> list[Event]:
    """The events of the campaign's present days, in the order of the file."""
    query = select(Event).where(
        Event.campaign_id == campaign.id,
        Event.origin == ORIGIN,
        Event.origin_ref.startswith(f"{campaign.starts.isoformat()}:"),
    )
    return list(db.session.scalars(query.order_by(Event.id)))


def _file(now: datetime) -> CampaignFile:
    """The campaign file of the 2024 week under another name, on days around today."""
    source = file.default_campaign_file()
    today = clock.day_of(now, source.zone)
    stored = db.session.get(Campaign, ID)
    starts = today - timedelta(days=TODAY_IS - 1)
    if stored is not None and stored.starts <= today <= stored.ends:
        starts = stored.starts
    ends = starts + timedelta(days=LENGTH - 1)
    formats = tuple(
        replace(term, second_reading=term.key == TWO_REVIEWERS) for term in source.terms_of(TermKind.FORMAT)
    )
    return replace(
        source,
        terms={**source.terms, TermKind.FORMAT: formats},
        id=ID,
        number=NUMBER,
        name_zh="知识产权宣传周（演练）",
        name_en="Publicity Week (rehearsal)",
        starts=starts,
        ends=ends,
        marked_day=ends,
        marked_zh="世界知识产权日（演练）",
        marked_en="World IP Day (rehearsal)",
    )


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads(files("models").joinpath("data/rehearsal.toml").read_text(encoding="utf-8"))


def host_of(key: str) -> OrganizationDraft:
    """One of the made-up organizations."""
    entry = _table()["hosts"][key]
    return OrganizationDraft(entry["name"], entry["region"], entry.get("line"))


def _drafts(campaign: Campaign, now: datetime) -> list[tuple[EventDraft, bool]]:
    """Every event of the file on the campaign's days, and whether it is cancelled."""
    return [(_draft(entry, campaign, now), entry.get("cancelled", False)) for entry in _table()["event"]]


def _draft(entry: dict[str, Any], campaign: Campaign, now: datetime) -> EventDraft:
    lead = host_of(entry["host"])
    venue = _venue(entry)
    occurrences = tuple(
        _occurrence(entry, campaign.days[number - 1], campaign.zone, venue) for number in entry["days"]
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
        mode=entry.get("mode", Mode.ONSITE),
        time_text=HALF_DAY_WORDS[entry["half"]] if "half" in entry else "",
        venue_text=venue.name if venue else "",
        venues=(venue,) if venue else (),
        occurrences=occurrences,
        contact=entry.get("contact", ""),
        picture_sha256=keep_picture(pictures.draw(entry["picture"]), now) if "picture" in entry else None,
        picture_alt=pictures.ALT if "picture" in entry else "",
    )


def _venue(entry: dict[str, Any]) -> VenueDraft | None:
    if "venue" in entry:
        return VenueDraft(**_table()["venues"][entry["venue"]])
    return VenueDraft(entry["place"]) if "place" in entry else None


def _occurrence(entry: dict[str, Any], day: date, zone: str, venue: VenueDraft | None) -> OccurrenceDraft:
    start = end = None
    last_day = day
    if "at" in entry:
        start = clock.at_local(day, time.fromisoformat(entry["at"]), zone)
        end = start + timedelta(hours=entry["hours"])
        last_day = clock.day_of(end - timedelta(seconds=1), zone)
    return OccurrenceDraft(
        start_day=day,
        end_day=last_day,
        start_at=start,
        end_at=end,
        half_day=entry.get("half"),
        venue=venue,
        capacity=entry.get("capacity"),
    )
