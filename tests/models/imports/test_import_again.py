"""A file that comes again: what is changed, called off, missing, moved away or merged here."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.db import db
from models.events.tables import Event
from models.imports.apply import counts
from models.imports.findings import Outcome
from models.imports.read_file import read_file
from models.publishing import lifecycle
from tests.support.files.calendar_files import BEFORE, calendar, said
from tests.support.records.importing import import_rows
from tests.support.records.week import load_week


def taken(outcomes: list[Outcome]) -> list[tuple[str, bool]]:
    return [(outcome.verdict, outcome.written) for outcome in outcomes]


@pytest.fixture
def campaign(app):
    return load_week()


LECTURE = "UID:a\nSUMMARY:讲座\nDTSTART:20240422T010000Z\nDTEND:20240422T030000Z"
FAIR = "UID:b\nSUMMARY:市集\nDTSTART:20240423T010000Z"


def test_the_same_calendar_again_a_change_a_cancellation_and_what_is_missing(campaign):
    def hand_in(*events: str, **options) -> list[Outcome]:
        return import_rows(campaign, read_file(calendar(*events)), BEFORE, origin="feed:1", **options)

    assert taken(hand_in(LECTURE, FAIR)) == [("new", True), ("new", True)]
    assert taken(hand_in(LECTURE, FAIR, complete=True)) == [("same", False), ("same", False)]
    later = LECTURE.replace("T0", "T1")
    assert taken(hand_in(later, FAIR)) == [("changed", True), ("same", False)]
    called_off = FAIR + "\nSTATUS:CANCELLED"
    assert taken(hand_in(later, called_off, cancel=False)) == [("same", False), ("cancelled", False)]
    assert taken(hand_in(called_off)) == [("cancelled", True)]
    offered = hand_in(called_off, complete=True, cancel=())
    assert taken(offered) == [("cancelled", False), ("cancelled", False)]
    missing = offered[1]
    assert (missing.row, missing.title) == (None, "讲座")
    assert db.session.get(Event, missing.event).status == "published"
    assert taken(hand_in(called_off, complete=True, cancel=[missing.event]))[1] == ("cancelled", True)
    states = db.session.execute(select(Event.origin_ref, Event.status).order_by(Event.origin_ref)).all()
    assert [tuple(state) for state in states] == [("a", "cancelled"), ("b", "cancelled")]


UNREADABLE = LECTURE.replace("DTSTART:20240422T010000Z", "DTSTART;TZID=Atlantis:20240422T010000")
STAYS = "Events imported from it before stay as they are."
MAY_BE = "It may be one of the rows that could not be read, so it is left as it is. Correct those rows and import again."


def words(outcomes: list[Outcome]) -> list[tuple[int | None, str, str]]:
    return [(one.row, one.verdict, (said(one) or [""])[-1]) for one in outcomes]


@pytest.mark.parametrize("cancel", [True, ()])
def test_what_could_not_be_read_is_not_missing(campaign, cancel):
    def again(*events: str) -> list[Outcome]:
        return import_rows(
            campaign, read_file(calendar(*events)), BEFORE, origin="o", complete=True, cancel=cancel
        )

    twin = FAIR.replace("0423", "0424")  # shares the UID, and is known by its beginning as well
    import_rows(campaign, read_file(calendar(LECTURE, FAIR, twin)), BEFORE, origin="o")
    assert words(again(UNREADABLE, FAIR, twin))[0] == (1, "refused", STAYS)
    broken = FAIR.replace("DTSTART:", "DTSTART:soon")
    assert words(again(LECTURE, broken))[1:] == [(2, "refused", STAYS), (None, "refused", MAY_BE)]
    told = [(one.row, one.verdict) for one in again(LECTURE, FAIR, broken)]
    assert told == [(1, "same"), (2, "same"), (3, "refused"), (None, "refused")]
    nameless = "SUMMARY:讲座\nDTSTART:soon"
    assert words(again(nameless, FAIR, twin))[-1] == (None, "refused", MAY_BE)
    assert set(db.session.scalars(select(Event.status))) == {"published"}


def test_a_row_of_a_table_that_could_not_be_read_is_not_missing(campaign):
    head = "id,year,title,start_date\n"
    lines = ["1,2024,讲座,2024-04-22", "2,2024,市集,2024-04-23"]

    def again(*rows: str) -> list[Outcome]:
        table = (head + "\n".join(rows)).encode()
        return import_rows(campaign, read_file(table, "a.csv"), BEFORE, origin="o", complete=True)

    again(*lines)
    assert words(again("1,2024,,2024-04-22", lines[1]))[0] == (2, "refused", STAYS)
    assert words(again(",2024,,2024-04-22", lines[1]))[-1] == (None, "refused", MAY_BE)
    assert set(db.session.scalars(select(Event.status))) == {"published"}


def test_an_event_that_its_source_moves_out_of_the_week_is_offered_as_cancelled(campaign):
    def again(**options) -> list[tuple[str, str, bool]]:
        rows = read_file(calendar(LECTURE.replace("0422", "0922")))
        return [
            (one.verdict, said(one)[0 if one.verdict == "cancelled" else -1], one.written)
            for one in import_rows(campaign, rows, options.pop("now", BEFORE), origin="o", **options)
        ]

    import_rows(campaign, read_file(calendar(LECTURE)), BEFORE, origin="o")
    moved = "Its source has moved it outside the week."
    left = "It is still published here with its old date. Cancel it on the desk if it has moved."
    assert again() == [("other_year", left, False)]
    assert again(cancel=()) == [("cancelled", moved, False)]
    assert again(complete=True, now=BEFORE + timedelta(days=40)) == [("other_year", STAYS, False)]
    assert db.session.scalar(select(Event.status)) == "published"
    assert again(complete=True) == [("cancelled", moved, True)]
    assert db.session.scalar(select(Event.status)) == "cancelled"


def test_another_origin_has_its_own_ids(campaign):
    import_rows(campaign, read_file(calendar(LECTURE)), BEFORE, origin="feed:1")
    outcomes = import_rows(campaign, read_file(calendar(LECTURE)), BEFORE, origin="feed:2", dry_run=True)
    assert counts(outcomes)["new"] == 1


def test_a_cancelled_event_that_was_never_here_is_left_out(campaign):
    outcomes = import_rows(campaign, read_file(calendar(LECTURE + "\nSTATUS:CANCELLED")), BEFORE)
    assert (taken(outcomes), db.session.scalar(select(Event.id))) == ([("cancelled", False)], None)


def test_what_was_merged_here_stays_merged(campaign):
    first, second = (
        import_rows(campaign, read_file(calendar(event)), BEFORE, origin="feed:1")[0].event
        for event in (LECTURE, FAIR)
    )
    lifecycle.merge(db.session.get(Event, first), db.session.get(Event, second), BEFORE)
    (again,) = import_rows(campaign, read_file(calendar(FAIR)), BEFORE, origin="feed:1")
    assert (again.verdict, again.event, again.written) == ("same", first, False)


def test_what_was_merged_into_another_calendars_event_does_not_call_that_off(campaign):
    """Both calendars know it by one UID, as where one of them was copied from the other."""
    data = read_file(calendar(LECTURE))
    kept, other = (import_rows(campaign, data, BEFORE, origin=name)[0].event for name in ("feed:1", "feed:2"))
    lifecycle.merge(db.session.get(Event, kept), db.session.get(Event, other), BEFORE)
    moved = read_file(calendar(LECTURE.replace("0422", "0922")))
    (again,) = import_rows(campaign, moved, BEFORE, origin="feed:2", complete=True)
    assert (again.verdict, again.event, again.written) == ("other_year", kept, False)
    assert db.session.get(Event, kept, populate_existing=True).status == "published"


def test_what_its_source_dropped_comes_back_with_it_and_what_a_person_cancelled_does_not(campaign):
    def hand_in(*events: str) -> list[Outcome]:
        return import_rows(campaign, read_file(calendar(*events)), BEFORE, origin="feed:1", complete=True)

    ids = [outcome.event for outcome in hand_in(LECTURE, FAIR)]
    lecture, fair = (db.session.get(Event, event_id) for event_id in ids)
    assert taken(hand_in(LECTURE + "\nSTATUS:CANCELLED")) == [("cancelled", True), ("cancelled", True)]
    back = hand_in(LECTURE, FAIR)
    assert taken(back) == [("changed", True), ("changed", True)]
    assert said(back[0])[0] == "It is back in its source and takes place after all."
    assert [event.status for event in (lecture, fair)] == ["published", "published"]
    db.session.refresh(fair, ["changes"])
    assert [one.verb for one in fair.changes] == ["created", "dropped", "restored"]
    (occurrence,) = fair.occurrences
    assert (occurrence.status, occurrence.sequence, fair.cancelled_at) == ("scheduled", 2, None)
    assert b"STATUS:CANCELLED" not in occurrence.vevent
    assert taken(hand_in(LECTURE, FAIR)) == [("same", False), ("same", False)]
    lifecycle.cancel(fair, BEFORE)
    assert taken(hand_in(LECTURE, FAIR)) == [("same", False), ("cancelled", False)]
    assert fair.status == "cancelled"
