"""Changes of many stored events on SQLite: recorded beforehand and repeated at the end, they come to what is written singly."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select

from models.db import db, transaction
from models.errors import Mistake
from models.events.draft import draft_of
from models.events.tables import Event, EventChange, EventHost, Occurrence
from models.figures.recount.comparison import verify
from models.imports.apply import apply
from models.imports.beforehand import recorded_changes
from models.imports.beforehand.recorded_changes import RecordedChange
from models.imports.read_file import read_file
from models.imports.source import Source
from models.organizations.tables import Organization
from models.public.search import EventSearch
from models.publishing import lifecycle, old_drafts
from models.publishing.organizations.merges import merge_organizations
from tests.models.imports.test_statements import HEAD
from tests.support.records.week import NINE, load_week, make_device, make_event, minutes
from tests.support.servers.applications import application, settings_for

ROWS, LEAST = 24, 5


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch):
    monkeypatch.setattr(recorded_changes, "AT_LEAST", LEAST)
    monkeypatch.setattr(recorded_changes, "PAUSE", 0)


@pytest.fixture
def database_url(sqlite_databases):
    with sqlite_databases.fresh() as url:
        yield url


def plan(changed=False):
    def line(n):
        time = "14:00-16:00" if changed and n % 2 else "9:00-11:00"
        place = f"新馆{n % 3}" if changed and n % 7 in (1, 5) else f"第{n}文化馆"
        host = "新设办公室、启动办公室" if changed and n % 5 == 4 else f"第{n}知识产权局"
        day = f"4月{20 + n % 7}日" + ("、4月26日" if changed and n % 11 == 3 else "")
        return f"讲座第{n}期,{day},{time},{place},{host},青少年,江苏省连云港市灌云县,{place}路1号"

    new = "开幕式,4月20日,9:00-11:00,大礼堂,启动办公室,青少年,江苏省连云港市灌云县,大礼堂路1号"
    lines = [*map(line, range(2)), *[new] * changed, *map(line, range(2, ROWS)), *map(line, range(2))]
    return "\n".join((f"{HEAD},地址", *lines)).encode()  # two rows come twice


def take_in(campaign, *, changed, **options):
    now = NINE + minutes(changed)
    outcomes = apply(campaign, read_file(plan(changed)), Source(origin="file:a"), now, **options)
    return [
        (one.row, one.verdict, one.event, [(f.message, f.values) for f in one.findings], one.written)
        for one in outcomes
    ]


def at_first_row(app, act):
    """An on_row that has somebody else do this, once."""
    rows = iter((act,))

    def other():
        with app.app_context():
            act()

    def on_row():
        if next(rows, None):
            with ThreadPoolExecutor(1) as pool:
                pool.submit(other).result(timeout=20)

    return on_row


def content():
    db.session.expire_all()
    events = db.session.scalars(select(Event).order_by(Event.id)).all()
    occurrences = select(Occurrence.id, Occurrence.sequence, Occurrence.changed_at, Occurrence.vevent)
    changes = select(EventChange.event_id, EventChange.at, EventChange.verb, EventChange.fields)
    words = select(EventSearch.event_id, EventSearch.words, EventSearch.pinyin)
    hosts = select(EventHost.event_id, EventHost.name, EventHost.organization_id.is_not(None))
    return [
        [(event.id, event.changed_at, draft_of(event)) for event in events],
        *(
            db.session.execute(query).all()
            for query in (
                occurrences.order_by(Occurrence.id),
                changes.order_by(EventChange.event_id, EventChange.id),
                words.order_by(EventSearch.event_id),
                hosts.order_by(EventHost.event_id, EventHost.position),
            )
        ),
    ]


def test_what_is_repeated_is_what_would_have_been_written(sqlite_databases, tmp_path, monkeypatch):
    repeated, results = [], []
    repeat = RecordedChange.repeat
    monkeypatch.setattr(RecordedChange, "repeat", lambda change: repeated.append(1) or repeat(change))
    for least in (10**6, LEAST):
        monkeypatch.setattr(recorded_changes, "AT_LEAST", least)
        with sqlite_databases.fresh() as url, application(settings_for(url, tmp_path)):
            campaign = load_week()
            results.append([take_in(campaign, changed=False), take_in(campaign, changed=True), content()])
            assert verify(campaign).differences == []
    assert len(repeated) > ROWS / 2
    assert results[0] == results[1]


def test_scans_are_admitted_while_changes_are_recorded_and_nothing_is_seen_of_them(app):
    campaign = load_week()
    device, seen = make_device(make_event(campaign)), []
    take_in(campaign, changed=False)
    before = content()

    def look():
        with app.app_context():
            return device.tally("public", headcount=1).verdict, content() == before

    with ThreadPoolExecutor(1) as pool:

        def on_row():
            if len(seen) < 3:
                seen.append(pool.submit(look).result(timeout=20))

        take_in(campaign, changed=True, on_row=on_row)
    assert seen == [("stored", True)] * 3
    assert content() != before


def test_one_that_fails_at_the_end_changes_nothing(app, monkeypatch):
    campaign, repeated = load_week(), []
    take_in(campaign, changed=False)
    before, repeat = content(), RecordedChange.repeat

    def fail(change):
        if repeated:
            change = replace(change, statements=[("INSERT INTO event (id) VALUES (?)", (None,), False)])
        repeated.append(change)
        return repeat(change)

    monkeypatch.setattr(RecordedChange, "repeat", fail)
    with pytest.raises(Mistake):
        take_in(campaign, changed=True)
    assert content() == before


def test_an_event_that_somebody_changes_meanwhile_is_compared_anew(app, monkeypatch):
    campaign = load_week()
    first = take_in(campaign, changed=False)[1][2]
    monkeypatch.setattr(RecordedChange, "repeat", lambda _change: pytest.fail("It was out of date."))

    def cancel():
        lifecycle.cancel(db.session.get_one(Event, first), NINE)

    outcomes = take_in(campaign, changed=True, on_row=at_first_row(app, cancel))
    assert outcomes[1][1] == "cancelled"
    assert {one[1] for one in outcomes} == {"new", "changed", "cancelled", "same", "refused"}


def test_an_organization_that_somebody_merges_meanwhile_leads_nothing(app):
    campaign = load_week()
    take_in(campaign, changed=False)

    def merge():
        named = select(Organization).where(Organization.name.in_(("新设办公室", "第0知识产权局")))
        kept, other = db.session.scalars(named.order_by(Organization.id))
        merge_organizations(kept, other, NINE)

    take_in(campaign, changed=True, on_row=at_first_row(app, merge))
    db.session.expire_all()
    merged = select(Organization.id).where(Organization.merged_into_id.is_not(None))
    hosted = select(EventHost.event_id).where(EventHost.organization_id.in_(merged))
    assert db.session.scalars(select(Event.id).where(Event.lead_id.in_(merged))).all() == []
    assert db.session.scalars(hosted).all() == []
    assert len(db.session.scalars(merged).all()) == 1


def test_an_event_that_is_deleted_meanwhile_is_new_the_next_time(app):
    campaign = load_week()
    late = take_in(campaign, changed=False)[ROWS - 2][2]
    before = content()

    def delete():
        with transaction():
            old_drafts.delete_rows([late])

    with pytest.raises(Mistake):
        take_in(campaign, changed=True, on_row=at_first_row(app, delete))
    assert [event[0] for event in content()[0]] == [event[0] for event in before[0] if event[0] != late]
    assert [one[1] for one in take_in(campaign, changed=True)].count("new") == 2
