"""What subscribed calendars rely on when events change: ids, SEQUENCE, changed_at, and that nothing public vanishes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.accounts import creation
from models.db import db
from models.errors import Conflict, Mistake
from models.events.draft import (
    EventDraft,
    FormatDraft,
    OccurrenceDraft,
    OrganizationDraft,
    ReportDraft,
    VenueDraft,
)
from models.events.tables import Event, EventChange, EventHost, EventVenue, Occurrence
from models.organizations.tables import Organization
from models.places.tables import Venue
from models.publishing import lifecycle
from tests.support.records.week import NINE, load_week

LATER, MUCH_LATER = NINE + timedelta(hours=1), NINE + timedelta(hours=2)
DAY_20, DAY_21, DAY_22 = date(2024, 4, 20), date(2024, 4, 21), date(2024, 4, 22)
TWO_DAYS = EventDraft(
    title="现场宣传",
    region_code="320723",
    lead=OrganizationDraft("灌云县知识产权局", "320723", "ip-offices"),
    hosts=("灌云县知识产权局", "县检察院"),
    groups=("youth", "public"),
    formats=(FormatDraft("talk", "讲座"), FormatDraft("other", "进校园")),
    mode="onsite",
    venue_text="县城九龙港广场",
    venues=(VenueDraft("县城九龙港广场"),),
    occurrences=(OccurrenceDraft(DAY_20, DAY_20), OccurrenceDraft(DAY_21, DAY_21, venue=VenueDraft("学校"))),
    report=ReportDraft(materials="800余份"),
)


@pytest.fixture
def campaign(app):
    return load_week()


@pytest.fixture
def event(campaign):
    return lifecycle.create(campaign, TWO_DAYS, NINE)


def occurrences(event: Event) -> list[tuple]:
    """Day, SEQUENCE, status and hour of the last change, by id."""
    rows = db.session.scalars(
        select(Occurrence).where(Occurrence.event_id == event.id).order_by(Occurrence.id)
    )
    return [(row.start_day, row.sequence, row.status, row.changed_at) for row in rows]


def history(event: Event) -> list[tuple]:
    rows = db.session.scalars(
        select(EventChange).where(EventChange.event_id == event.id).order_by(EventChange.id)
    )
    return [(row.verb, row.fields, row.account_id) for row in rows]


def test_a_new_event_reads_back_as_it_was_drafted(event):
    db.session.expire_all()
    assert lifecycle.differences(event, TWO_DAYS) == []
    assert (event.status, event.published_at, event.main_format) == ("published", NINE, "talk")
    assert [host.organization_id for host in event.hosts] == [event.lead_id, None]
    assert occurrences(event) == [(DAY_20, 0, "scheduled", NINE), (DAY_21, 0, "scheduled", NINE)]
    assert all(row.vevent for row in event.occurrences)
    assert history(event) == [("created", [], None)]


def test_a_draft_is_not_public_until_it_is_published(campaign):
    event = lifecycle.create(campaign, TWO_DAYS, NINE, publish=False)
    assert (event.status, event.published_at, event.public) == ("draft", None, False)
    lifecycle.publish(event, LATER)
    lifecycle.publish(event, MUCH_LATER)
    assert (event.status, event.published_at, event.public) == ("published", LATER, True)
    assert [verb for verb, *_ in history(event)] == ["created", "published"]


def test_a_new_title_moves_changed_at_and_no_sequence(event):
    assert lifecycle.change(event, replace(TWO_DAYS, title="新题"), LATER) == ["title"]
    assert occurrences(event) == [(DAY_20, 0, "scheduled", LATER), (DAY_21, 0, "scheduled", LATER)]
    assert "新题".encode() in event.occurrences[0].vevent


def test_no_difference_is_no_change(event):
    assert lifecycle.change(event, TWO_DAYS, LATER) == []
    assert event.changed_at == NINE
    assert [verb for verb, *_ in history(event)] == ["created"]


def test_a_moved_occurrence_keeps_its_id_and_only_its_sequence_rises(event):
    moved = replace(TWO_DAYS.occurrences[1], start_day=DAY_22, end_day=DAY_22)
    changed = replace(TWO_DAYS, occurrences=(TWO_DAYS.occurrences[0], moved))
    assert lifecycle.change(event, changed, LATER) == ["occurrences"]
    assert occurrences(event) == [(DAY_20, 0, "scheduled", NINE), (DAY_22, 1, "scheduled", LATER)]


def test_the_events_own_place_moves_the_occurrences_without_one_of_their_own(event):
    elsewhere = replace(TWO_DAYS, venue_text="县体育馆", venues=(VenueDraft("县体育馆"),))
    assert lifecycle.change(event, elsewhere, LATER) == ["venue_text", "venues"]
    assert occurrences(event) == [(DAY_20, 1, "scheduled", LATER), (DAY_21, 0, "scheduled", LATER)]


def test_an_occurrence_that_is_gone_is_cancelled_and_a_new_one_is_not_the_old_one(campaign):
    plain = replace(TWO_DAYS, occurrences=(OccurrenceDraft(DAY_20, DAY_20), OccurrenceDraft(DAY_21, DAY_21)))
    event = lifecycle.create(campaign, plain, NINE)
    one = replace(plain, occurrences=plain.occurrences[:1])
    lifecycle.change(event, one, LATER)
    assert occurrences(event) == [(DAY_20, 0, "scheduled", NINE), (DAY_21, 1, "cancelled", LATER)]
    lifecycle.change(
        event, replace(plain, occurrences=(*one.occurrences, OccurrenceDraft(DAY_22, DAY_22))), MUCH_LATER
    )
    assert occurrences(event) == [
        (DAY_20, 0, "scheduled", NINE),
        (DAY_21, 1, "cancelled", LATER),
        (DAY_22, 0, "scheduled", MUCH_LATER),
    ]


def test_an_occurrence_that_comes_back_at_its_old_start_is_the_same_one(event):
    lifecycle.change(event, replace(TWO_DAYS, occurrences=TWO_DAYS.occurrences[:1]), LATER)
    lifecycle.change(event, TWO_DAYS, MUCH_LATER)
    assert [row[:3] for row in occurrences(event)] == [(DAY_20, 0, "scheduled"), (DAY_21, 2, "scheduled")]


def test_an_occurrence_of_a_draft_is_simply_taken_out(campaign):
    event = lifecycle.create(campaign, TWO_DAYS, NINE, publish=False)
    lifecycle.change(event, replace(TWO_DAYS, occurrences=TWO_DAYS.occurrences[:1]), LATER)
    assert [row[0] for row in occurrences(event)] == [DAY_20]


def test_what_was_never_public_is_not_published_by_cancelling_it(campaign):
    draft = lifecycle.create(campaign, TWO_DAYS, NINE, publish=False)
    lifecycle.cancel(draft, LATER)
    assert (draft.status, draft.withdrawn_at, draft.public) == ("draft", LATER, False)
    assert [verb for verb, *_ in history(draft)] == ["created", "withdrawn"]


def test_cancelling_ends_every_occurrence_once(event):
    lifecycle.cancel(event, LATER)
    lifecycle.cancel(event, MUCH_LATER)
    assert (event.status, event.cancelled_at, event.public) == ("cancelled", LATER, True)
    assert occurrences(event) == [(DAY_20, 1, "cancelled", LATER), (DAY_21, 1, "cancelled", LATER)]
    assert [verb for verb, *_ in history(event)] == ["created", "cancelled"]
    with pytest.raises(Conflict):
        lifecycle.publish(event, MUCH_LATER)


def test_a_withdrawn_event_keeps_its_rows_and_changes_no_more(event):
    lifecycle.withdraw(event, LATER)
    assert (event.withdrawn_at, event.public) == (LATER, False)
    assert len(occurrences(event)) == 2
    with pytest.raises(Conflict):
        lifecycle.change(event, replace(TWO_DAYS, title="新题"), MUCH_LATER)


def test_a_change_starts_from_the_rows_as_they_are_now(event, app):
    """Two people open the same form: the second change must not put SEQUENCE back."""
    stale = event.occurrences[0].sequence
    moved = replace(TWO_DAYS, occurrences=(OccurrenceDraft(DAY_22, DAY_22), TWO_DAYS.occurrences[1]))
    with db.engine.begin() as another:
        another.execute(Occurrence.__table__.update().values(sequence=7))
    assert stale == 0
    lifecycle.change(event, moved, LATER)
    assert [row[1] for row in occurrences(event)] == [8, 7]


def test_hosts_venues_and_words_are_replaced_in_place(event):
    shorter = replace(
        TWO_DAYS,
        hosts=("县检察院",),
        lead=None,
        groups=("youth",),
        formats=(),
        venues=(),
        occurrences=(),
        report=None,
    )
    changed = lifecycle.change(event, shorter, LATER)
    assert changed == [
        "lead", "hosts", "groups", "formats", "main_format", "venues", "occurrences", "report",
    ]  # fmt: skip
    assert [host.name for host in db.session.scalars(select(EventHost))] == ["县检察院"]
    assert db.session.scalars(select(EventVenue)).all() == []
    assert db.session.scalar(select(Organization.name)) == "灌云县知识产权局"


def test_one_venue_serves_all_who_name_it_and_learns_where_it_is(campaign, event):
    located = VenueDraft("县城九龙港广场", latitude=34.3, longitude=119.2)
    lifecycle.create(campaign, replace(TWO_DAYS, venues=(located,), occurrences=()), LATER)
    rows = db.session.execute(select(Venue.name, Venue.latitude).order_by(Venue.id)).all()
    assert [tuple(row) for row in rows] == [("县城九龙港广场", 34.3), ("学校", None)]
    # The first event never told coordinates: for it nothing has changed.
    assert lifecycle.differences(event, TWO_DAYS) == []
    assert lifecycle.differences(event, replace(TWO_DAYS, venues=(replace(located, latitude=34.4),))) == [
        "venues"
    ]


def test_the_history_names_who_did_it(event):
    person = creation.create_account(
        "li@example.org", "灌云县知识产权局", "organizer", "long enough", NINE, region="320723"
    )
    lifecycle.change(event, replace(TWO_DAYS, title="新题"), LATER, by=person)
    assert history(event)[-1] == ("changed", ["title"], person.id)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": "  "}, "Please give the event a title."),
        ({"title": "长" * 301}, "The title has more than 300 characters. Please shorten it."),
        (
            {"groups": ("elders",)},
            "“elders” is not in the list of this week. Use one of: innovators, government, youth, public.",
        ),
        ({"mode": "hybrid"}, "“hybrid” is not a mode of taking part. Use onsite, online or mixed."),
        ({"online_url": "javascript:alert(1)"}, "An online address starts with https:// or http://."),
        (
            {"online_url": "http://[bad"},
            "“http://[bad” cannot be opened. Copy the complete online address again.",
        ),
        (
            {"occurrences": (OccurrenceDraft(DAY_21, DAY_20),)},
            "The event ends before it starts. Please correct the end.",
        ),
        (
            {"occurrences": (OccurrenceDraft(DAY_20, date(9999, 12, 31)),)},
            "One session of the event lasts longer than a year. Please split it.",
        ),
        (
            {"occurrences": (OccurrenceDraft(DAY_20, DAY_20, start_at=NINE),)},
            "The start time of the event is not on its first day.",
        ),
        (
            {"occurrences": (OccurrenceDraft(DAY_20, DAY_20, capacity=0),)},
            "A capacity is a whole number from 1 to 1,000,000.",
        ),
        (
            {"venues": (VenueDraft("馆", latitude=30.0),)},
            "A venue needs both coordinates: latitude and longitude.",
        ),
    ],
)
def test_a_draft_against_the_rules_writes_nothing(campaign, wrong, sentence):
    with pytest.raises(Mistake) as refused:
        lifecycle.create(campaign, replace(TWO_DAYS, **wrong), NINE)
    assert str(refused.value) == sentence
    assert db.session.scalars(select(Event)).all() == []
