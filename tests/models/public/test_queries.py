"""Filters of the public pages and feeds, on both databases: what they find, and what they say to what they do not know."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from werkzeug.datastructures import MultiDict

from models.campaigns import file as campaign_file
from models.db import db, transaction
from models.errors import NotFound
from models.events.draft import EventDraft, FormatDraft, OccurrenceDraft, OrganizationDraft, VenueDraft
from models.operations import campaign_loader
from models.organizations.tables import Organization
from models.places.tables import Venue
from models.public import queries as agenda
from models.publishing import lifecycle
from models.publishing.lifecycle import draft_of
from tests.support.records.week import NINE, load_week, session

pytest_plugins = ["tests.support.records.queries"]

HALL, PARK = VenueDraft("市图书馆", "320700"), VenueDraft("人民公园", "110101")


def days(first: int, last: int | None = None, **fields) -> OccurrenceDraft:
    return OccurrenceDraft(date(2024, 4, first), date(2024, 4, last or first), **fields)


def add(campaign, title, *occurrences, publish=True, **fields):
    draft = EventDraft(title=title, occurrences=occurrences, **fields)
    return lifecycle.create(campaign, draft, NINE, publish=publish)


@pytest.fixture
def campaign(app):
    """Ten events, told in the tests by their titles."""
    campaign = load_week()
    add(
        campaign,
        "讲座 Lecture",
        days(20),
        region_code="320723",
        groups=("youth",),
        mode="onsite",
        venues=(HALL,),
    )
    add(
        campaign,
        "展览",
        days(19, 22),
        days(26),
        region_code="320700",
        groups=("youth", "public"),
        mode="mixed",
    )
    add(
        campaign,
        "直播",
        session(),
        mode="online",
        main_focus="guidance",
        lead=OrganizationDraft("国家局", None, "ip-offices"),
    )
    add(campaign, "兵团宣传", days(20), region_code="660000", groups=("government",), hosts=("兵团局",))
    add(
        campaign,
        "新疆宣传",
        days(20),
        region_code="650100",
        formats=(FormatDraft("talk"), FormatDraft("other", "咨询")),
    )
    add(
        campaign,
        "两处",
        days(20, venue=HALL),
        days(21, venue=PARK),
        region_code="110101",
        venues=(HALL, PARK),
    )
    add(campaign, "无日期", venues=(PARK,), region_code="110101", time_text="宣传周期间")
    add(campaign, "100%_真", days(23), hosts=("甲局", "乙院"), venue_text="市民中心、万达广场")
    add(campaign, "草稿", days(20), publish=False)
    lifecycle.withdraw(
        add(
            campaign,
            "撤下",
            days(20),
            lead=OrganizationDraft("旧局", "110101"),
            venues=(VenueDraft("旧馆", "110101"),),
        ),
        NINE,
    )
    lifecycle.cancel(add(campaign, "取消", days(24), region_code="320000"), NINE)
    return campaign


def chosen(campaign, query):
    filters = agenda.parse(campaign, MultiDict(pair.split("=") for pair in query.split("&") if pair))
    return [event.title for event in db.session.scalars(agenda.events(campaign, filters))]


def number(table, name):
    return db.session.query(table).filter_by(name=name).one().id


def test_public_events_stand_in_calendar_order_and_those_without_a_date_last(campaign):
    assert chosen(campaign, "") == [
        "展览", "讲座 Lecture", "兵团宣传", "新疆宣传", "两处", "直播", "100%_真", "取消", "无日期",
    ]  # fmt: skip


def test_each_filter_finds_what_it_names(campaign):
    hall, park = number(Venue, "市图书馆"), number(Venue, "人民公园")
    table = {
        "region=320000": ["展览", "讲座 Lecture", "取消"],
        "region=320700": ["展览", "讲座 Lecture"],
        "region=320723": ["讲座 Lecture"],
        "region=650000": ["新疆宣传"],
        "region=660000": ["兵团宣传"],
        "region=650000&region=660000": ["兵团宣传", "新疆宣传"],
        "day=2024-04-19": ["展览"],
        "day=2024-04-21": ["展览", "两处"],
        "day=2024-04-22": ["展览", "直播"],
        "day=2024-04-24&day=2024-04-26": ["展览", "取消"],
        "day=2024-05-26": [],
        "audience=youth": ["展览", "讲座 Lecture"],
        "audience=unknown": ["新疆宣传", "两处", "直播", "100%_真", "取消", "无日期"],
        "audience=government&audience=public": ["展览", "兵团宣传"],
        "focus=guidance": ["直播"],
        "format=talk": ["新疆宣传"],
        "format=other": ["新疆宣传"],
        "line=ip-offices": ["直播"],
        f"organization={number(Organization, '国家局')}": ["直播"],
        f"organization={number(Organization, '旧局')}": [],
        f"venue={hall}": ["讲座 Lecture", "两处"],
        f"venue={park}": ["两处", "无日期"],
        f"venue={park}&day=2024-04-20": [],
        f"venue={number(Venue, '旧馆')}": [],
        "mode=online": ["直播"],
        "mode=online&mode=mixed": ["展览", "直播"],
        "q=lecture": ["讲座 Lecture"],
        "q=乙院": ["100%_真"],
        "q=国家": ["直播"],
        "q=图书馆": ["讲座 Lecture", "两处"],
        "q=万达": ["100%_真"],
        "q=0%_": ["100%_真"],
        "q=%": ["100%_真"],
        "q= _ ": ["100%_真"],
        "region=320000&audience=public&day=2024-04-26&mode=mixed": ["展览"],
        "utm_source=chat&from=timeline&mode=": chosen(campaign, ""),
    }
    assert {query: chosen(campaign, query) for query in table} == table


def test_occurrences_follow_the_filters(campaign):
    hall, park = number(Venue, "市图书馆"), number(Venue, "人民公园")

    def occurrences(**fields):
        rows = db.session.scalars(agenda.occurrences(campaign, agenda.Filters(**fields)))
        return [(row.event.title, row.start_day.day) for row in rows]

    assert occurrences(q="展览") == [("展览", 19), ("展览", 26)]
    assert occurrences(day=(date(2024, 4, 21),)) == [("展览", 19), ("两处", 21)]
    assert occurrences(venue=(hall,)) == [("讲座 Lecture", 20), ("两处", 20)]
    assert occurrences(venue=(park,)) == [("两处", 21)]
    assert occurrences(venue=(hall, park)) == [("讲座 Lecture", 20), ("两处", 20), ("两处", 21)]
    assert occurrences(q="无日期") == []


def test_the_strip_counts_events_on_each_of_their_days(campaign):
    def counts(filters):
        return agenda.day_counts(campaign, agenda.day_set_counts(agenda.day_sets(campaign, filters)))

    assert list(counts(agenda.EVERYTHING).items()) == [
        (date(2024, 4, 20), 5), (date(2024, 4, 21), 2), (date(2024, 4, 22), 2), (date(2024, 4, 23), 1),
        (date(2024, 4, 24), 1), (date(2024, 4, 25), 0), (date(2024, 4, 26), 1),
    ]  # fmt: skip
    youth = agenda.Filters(audience=("youth",), day=(date(2024, 4, 26),))
    assert list(counts(youth).values()) == [2, 1, 1, 0, 0, 0, 1]
    for day, count in counts(youth).items():
        on_day = db.session.scalars(agenda.events(campaign, youth.replace(day=(day,)))).all()
        assert len(on_day) == count


def test_a_venues_strip_counts_the_occurrences_there(campaign):
    for name, expected in (("市图书馆", [2, 0, 0, 0, 0, 0, 0]), ("人民公园", [0, 1, 0, 0, 0, 0, 0])):
        at_venue = agenda.Filters(venue=(number(Venue, name),))
        assert (
            list(
                agenda.day_counts(
                    campaign, agenda.day_set_counts(agenda.day_sets(campaign, at_venue))
                ).values()
            )
            == expected
        )


def test_on_one_day_what_has_no_clock_time_stands_first(campaign):
    at = datetime(2024, 4, 25, 1, tzinfo=UTC)
    for title, occurrence in (
        ("九点半", session(at + timedelta(minutes=30), day=date(2024, 4, 25))),
        ("全天", days(25)),
        ("零点", session(datetime(2024, 4, 24, 16, tzinfo=UTC), day=date(2024, 4, 25))),
        ("九点", session(at, day=date(2024, 4, 25))),
    ):
        add(campaign, title, occurrence)
    assert chosen(campaign, "day=2024-04-25") == ["全天", "零点", "九点", "九点半"]


def test_a_moved_occurrence_moves_its_event(campaign):
    event = db.session.query(agenda.Event).filter_by(title="讲座 Lecture").one()
    lifecycle.change(event, replace(draft_of(event), occurrences=(days(25),)), NINE)
    assert chosen(campaign, "day=2024-04-20") == ["展览", "兵团宣传", "新疆宣传", "两处"]
    assert chosen(campaign, "day=2024-04-25") == ["讲座 Lecture"]
    assert chosen(campaign, "")[-4:] == ["100%_真", "取消", "讲座 Lecture", "无日期"]


def test_another_week_of_the_campaign_counts_its_own_days(campaign):
    file = campaign_file.default_campaign_file()
    moved = campaign_loader.load_campaign(replace(file, starts=date(2024, 4, 22), ends=date(2024, 4, 27)))
    counts = agenda.day_counts(moved, agenda.day_set_counts(agenda.day_sets(moved)))
    assert list(counts.values()) == [2, 1, 1, 0, 1, 0]
    assert chosen(moved, "day=2024-04-24") == ["取消"]
    assert chosen(moved, "day=2024-04-20") == ["展览", "讲座 Lecture", "兵团宣传", "新疆宣传", "两处"]


def test_one_public_event_and_nobody_elses(campaign):
    titles = {row.title: row.id for row in db.session.query(agenda.Event)}
    assert agenda.find_event(campaign, titles["取消"]).status == "cancelled"
    for unknown in (titles["草稿"], titles["撤下"], 0, -1, 10**6, 2**31, 10**30):
        with pytest.raises(NotFound):
            agenda.find_event(campaign, unknown)
    with transaction():
        other = agenda.Campaign(**{c.name: getattr(campaign, c.name) for c in campaign.__table__.columns})
        other.id, other.number = "other", 77
        db.session.add(other)
    with pytest.raises(NotFound):
        agenda.find_event(other, titles["取消"])
    assert chosen(other, "") == []


def test_the_number_of_queries_does_not_grow_with_the_events(campaign, count_queries):
    def query_count(count):
        db.session.expunge_all()
        loaded = db.session.get(agenda.Campaign, campaign.id)
        with count_queries() as queries:
            query = agenda.events(loaded).options(*agenda.load_options())
            for event in db.session.scalars(query.limit(count)).all():
                assert event.public
                agenda_words = [
                    event.groups,
                    event.hosts,
                    event.formats,
                    event.lead,
                    event.region,
                    event.report,
                ]
                places = [row.venue.name for row in event.venues] + [row.venue for row in event.occurrences]
                assert len(agenda_words) + len(places) > 5
        return len(queries)

    template = db.session.scalars(agenda.events(campaign).where(agenda.Event.title == "两处")).one()
    draft = draft_of(template)
    for day in range(30):
        moved = tuple(
            replace(
                row, start_day=row.start_day + timedelta(days=day), end_day=row.end_day + timedelta(days=day)
            )
            for row in draft.occurrences
        )
        lifecycle.create(campaign, replace(draft, title=f"第{day}场", occurrences=moved), NINE)
    assert query_count(30) == query_count(5) <= 8
