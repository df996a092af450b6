"""Our own exports handed back: unchanged rows are the same, an edited cell changes its event."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models.db import db
from models.events.draft import OccurrenceDraft, VenueDraft, draft_of
from models.events.tables import Event
from models.ics import entries
from models.imports.read_file import read_file
from models.installation import site
from models.publishing import lifecycle
from tests.support.records.importing import import_rows
from tests.support.records.week import NINE, load_week, make_event
from web.feeds.events_csv import everything


@pytest.fixture
def campaign(app):
    return load_week()


@pytest.fixture
def event(campaign) -> Event:
    day = campaign.starts
    occurrences = tuple(
        OccurrenceDraft(day, day, start, start + timedelta(hours=2), venue=VenueDraft("县文化馆"))
        for start in (NINE - timedelta(days=2), NINE - timedelta(days=2) + timedelta(hours=4))
    )
    return make_event(campaign, "专利讲座", occurrences=occurrences, groups=("youth",))


def again(campaign, data: bytes, **options):
    rows = read_file(data, "events")
    return [
        (one.verdict, one.event) for one in import_rows(campaign, rows, NINE, exported=everything, **options)
    ]


def test_unchanged_rows_are_the_same(campaign, event):
    assert again(campaign, everything(campaign)) == [("same", event.id)] * 2
    assert again(campaign, entries.single(event)) == [("same", event.id)] * 2


def test_an_older_calendar_does_not_write_what_stands_below_a_description(campaign, event):
    lifecycle.change(event, replace(draft_of(event), description="带上身份证。"), NINE)
    older = entries.single(event)
    lifecycle.change(event, replace(draft_of(event), groups=("public",)), NINE)
    elsewhere = older.replace(site().base_url.encode(), b"https://old.example")
    assert again(campaign, elsewhere) == [("same", event.id)] * 2
    edited = older.replace("带上身份证".encode(), "请带证件".encode())
    assert again(campaign, edited) == [("changed", event.id)] * 2
    assert event.description == "请带证件。"


def test_an_edited_cell_changes_its_event(campaign, event):
    data = everything(campaign).decode("utf-8-sig")
    edited = data.replace("专利讲座", "专利公开课").replace("县文化馆", "县图书馆", 1)
    assert again(campaign, edited.encode()) == [("changed", event.id)] * 2
    assert (event.title, [one.venue.name for one in event.occurrences]) == (
        "专利公开课",
        ["县图书馆", "县文化馆"],
    )


def test_an_occurrence_that_is_called_off_in_the_table_or_the_calendar(campaign, event):
    first, second = event.occurrences
    data = everything(campaign).decode("utf-8-sig").replace("正常", "已取消", 1)
    assert again(campaign, data.encode()) == [("changed", event.id), ("same", event.id)]
    assert [one.status for one in (first, second)] == ["cancelled", "scheduled"]
    calendar = entries.single(event).replace(b"STATUS:CONFIRMED", b"STATUS:CANCELLED")
    assert again(campaign, calendar)[1] == ("cancelled", event.id)
    assert event.status == "cancelled"


def test_the_export_of_another_installation_is_new(campaign, event):
    data = everything(campaign).decode("utf-8-sig").replace(site().base_url, "https://other.example")
    assert [verdict for verdict, _ in again(campaign, data.encode(), dry_run=True)] != ["same", "same"]


def test_a_saved_row_of_a_merged_or_deleted_event_makes_no_new_one(campaign, event):
    other = make_event(campaign, "商标咨询")
    saved, calendar = everything(campaign), entries.single(event)
    kept = make_event(campaign, "专利讲座及咨询")
    lifecycle.merge(kept, event, NINE)
    lifecycle.withdraw(other, NINE)
    assert again(campaign, saved) == [("same", kept.id)] * 2 + [("refused", other.id)]
    assert again(campaign, calendar) == [("same", kept.id)] * 2
    assert db.session.scalar(select(func.count()).select_from(Event)) == 3
