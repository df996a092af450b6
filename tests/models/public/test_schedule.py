"""Parts of the schedule are cut and counted by the database as the whole of it is in Python."""

import random
from datetime import timedelta
from itertools import chain

import pytest

from models.db import db
from models.events.draft import EventDraft, OccurrenceDraft
from models.events.tables import Event
from models.public import queries, schedule
from models.public.filters import EVERYTHING, Filters
from models.publishing.lifecycle import create
from tests.support.records.week import NINE, load_evenings_and_mornings, make_event, occurrence

DAY = timedelta(days=1)


@pytest.fixture
def campaign(app):
    return load_evenings_and_mornings()


def test_parts_of_a_day_are_cut_from_the_same_order(campaign):
    """What runs on from an earlier day comes first, then what has no clock time, then by the clock."""
    day = (NINE + DAY).date()
    make_event(campaign, "早课之二", occurrences=(occurrence(1, 9),))
    make_event(campaign, "全天", occurrences=(OccurrenceDraft(day, day),))
    make_event(campaign, "长展", occurrences=(OccurrenceDraft(day - DAY, day + DAY),))
    make_event(campaign, "夜展", occurrences=(OccurrenceDraft(day - DAY, day), occurrence(1, 8)))
    make_event(campaign, "别的一周", occurrences=(occurrence(30, 8), occurrence(1, 23)))
    create(campaign, EventDraft(title="没有日期"), NINE)
    whole = schedule.schedule(campaign, EVERYTHING)
    sets = queries.day_sets(campaign)
    cut = [
        [
            entry
            for first in (0, 3, 6, 9)
            for entry in schedule.day_entries(campaign, EVERYTHING, one, sets, first, 3)
        ]
        for one in campaign.days
    ]
    of_the_day = [entry for entry in whole.entries if entry.day == day]
    assert [db.session.get_one(Event, entry.event_id).title for entry in of_the_day] == (
        ["长展", "全天", "夜展", "早课", "早课之二", "两场", "夜游", "别的一周"]
    )
    assert cut == [[entry for entry in whole.entries if entry.day == one] for one in campaign.days]
    counts = schedule.session_counts(campaign, EVERYTHING, sets)
    assert (counts.all, counts.outside, whole.sessions) == (14, 1, 14)
    outside = [entry for entry in whole.entries if entry.day not in campaign.days]
    assert schedule.outside_entries(campaign, EVERYTHING, undated=False) == outside
    assert schedule.outside_entries(campaign, EVERYTHING, undated=True) == outside[-1:]


def test_a_mixed_week_is_cut_and_counted_as_it_is_read_whole(campaign):
    """Events of no, one and several sessions, of some days, that begin before the week or end after it."""
    chance = random.Random(40)
    for number in range(24):
        sessions = []
        for _session in range(chance.choice((0, 1, 1, 1, 2, 3))):
            first = chance.randint(-5, 7)
            begins = NINE.date() + first * DAY
            untimed = OccurrenceDraft(begins, begins + chance.choice((0, 0, 2)) * DAY)
            sessions.append(chance.choice((occurrence(first, 8), occurrence(first, 9), untimed)))
        region = chance.choice(("320723", "110105"))
        make_event(campaign, f"活动{number}", occurrences=tuple(sessions), region_code=region)
    for filters in (EVERYTHING, Filters(region=("320000",))):
        sets = queries.day_sets(campaign, filters)
        whole = schedule.schedule(campaign, filters)
        for day in campaign.days:
            parts = [schedule.day_entries(campaign, filters, day, sets, n, 7) for n in range(0, 42, 7)]
            assert [*chain(*parts)] == [entry for entry in whole.entries if entry.day == day]
        for chosen in (filters, *(filters.replace(day=(one, one + DAY)) for one in campaign.days[:5:2])):
            expected = schedule.schedule(campaign, chosen).sessions
            assert schedule.session_counts(campaign, chosen, sets).all == expected
