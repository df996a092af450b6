"""Merged events: a session that the kept event takes over stays where it was."""

from datetime import timedelta

import pytest

from models.events.draft import VenueDraft
from models.events.merges import ending_sessions
from models.ics.vevent import location
from models.publishing.lifecycle import merge
from tests.support.records.week import DAY, NINE, load_week, make_event, session

SQUARE, LIBRARY = VenueDraft("灌云县人民广场"), VenueDraft("灌云县图书馆")
NEXT_DAY = NINE + timedelta(days=1)


@pytest.mark.parametrize(
    ("fields", "places"),
    [
        ({"venues": (LIBRARY,), "venue_text": "县图书馆一楼"}, ["灌云县图书馆"]),
        ({"venues": (SQUARE,)}, ["灌云县人民广场"]),
        ({"venues": (VenueDraft("灌云县人民广场", "320722"),)}, []),
        ({"venues": (SQUARE, LIBRARY)}, []),
        ({"venue_text": "各乡镇集市"}, []),
        ({"venues": (SQUARE,), "mode": "mixed", "online_url": "https://live.example.org/"}, []),
        ({}, []),
    ],
    ids=["its only venue", "the same", "another of that name", "several", "words", "online too", "unknown"],
)  # fmt: skip
def test_a_session_is_taken_over_with_its_place(app, fields, places):
    """Where the kept event cannot say that place for one session, the session is said to end."""
    campaign = load_week()
    kept = make_event(campaign, "现场咨询", venues=(SQUARE,))
    later = session(NEXT_DAY, 2, DAY + timedelta(days=1))
    other = make_event(campaign, "现场咨询", occurrences=(session(), later), **fields)
    ending = ending_sessions(kept, other)
    merge(kept, other, NINE)
    assert [location(row)[0] for row in kept.occurrences[1:]] == places
    assert [row.start_at for row in ending] == ([] if places else [NEXT_DAY])
