"""The same event under another id: new UIDs at every export, and corrected files."""

from datetime import timedelta

import pytest

from models.db import db
from models.events.tables import Event
from models.imports.read_file import read_file
from models.publishing import lifecycle
from tests.support.files.calendar_files import BEFORE, calendar
from tests.support.records.importing import import_rows
from tests.support.records.week import NINE, load_week, make_event

FIRST = """活动名称,日期,开始时间,地点,主办单位
完整讲座甲,2024-04-22,09:00,市图书馆,市科技局
完整讲座乙,2024-04-22,09:00,市图书馆,市科技局
完整讲座丙,2024-04-22,09:00,市图书馆,市科技局
完整讲座丁,2024-04-22,09:00,市图书馆,市科技局
"""
SECOND = """活动名称,日期,开始时间,地点,主办单位
完整讲座甲,2024-04-23,09:00,市图书馆,市科技局
完整讲座乙（改名）,2024-04-22,09:00,市图书馆,市科技局
完整讲座丙,2024-04-22,14:00,市博物馆,市科技局
"""


@pytest.fixture
def campaign(app):
    return load_week()


def table(text: str):
    return read_file(text.encode(), "plan.csv")


def test_a_corrected_table_finds_what_was_moved_renamed_and_dropped(campaign):
    ids = [one.event for one in import_rows(campaign, table(FIRST), BEFORE)]
    seen = import_rows(campaign, table(SECOND), BEFORE, dry_run=True)
    assert [(one.row, one.verdict, one.event) for one in seen] == [
        (2, "changed", ids[0]),
        (3, "changed", ids[1]),
        (4, "changed", ids[2]),
        (None, "same", ids[3]),
    ]
    assert seen[3].findings[0].message == (
        "It was in an earlier version of this file, is not in this one, and stays as it is."
    )
    import_rows(campaign, table(SECOND), BEFORE)
    assert [one.verdict for one in import_rows(campaign, table(SECOND), BEFORE)] == ["same"] * 4


@pytest.mark.parametrize("source", [{}, {"origin": "desk:1", "cancel": ()}])
def test_an_event_that_is_over_is_named_when_its_row_is_gone(campaign, source):
    ids = [one.event for one in import_rows(campaign, table(FIRST), BEFORE, **source)]
    (gone,) = import_rows(campaign, table(SECOND), NINE + timedelta(days=5), **source)[3:]
    assert (gone.row, gone.verdict, gone.event, gone.written) == (None, "same", ids[3], False)


def test_a_file_of_other_events_moves_nothing(campaign):
    import_rows(campaign, table(FIRST), BEFORE)
    other = "活动名称,日期,地点\n完整讲座甲,2024-04-25,市科技馆\n"
    assert [(one.row, one.verdict) for one in import_rows(campaign, table(other), BEFORE)] == [(2, "new")]


def test_a_calendar_with_new_uids_each_time_stays_three_events(campaign):
    def pull(number: int):
        events = [
            f"UID:{number}-{hour}\nSUMMARY:讲座{hour}\nDTSTART:20240422T0{hour}0000Z\nLOCATION:县文化馆"
            for hour in (1, 2, 3)
        ]
        rows = read_file(calendar(*events))
        return import_rows(campaign, rows, BEFORE, origin="feed:1", complete=True, cancel=())

    assert [one.verdict for one in pull(1)] == ["new"] * 3
    for number in range(2, 7):
        assert [one.verdict for one in pull(number)] == ["same"] * 3


def test_of_a_calendar_with_new_uids_what_was_cancelled_or_merged_here_is_no_new_event(campaign):
    """What its source dropped comes back as the same event, what a person cancelled stays cancelled."""

    def pull(number: int, *hours: int):
        events = [
            f"UID:{number}-{hour}\nSUMMARY:讲座{hour}\nDTSTART:20240422T0{hour}0000Z\nLOCATION:县文化馆"
            for hour in hours
        ]
        rows = read_file(calendar(*events))
        return import_rows(campaign, rows, BEFORE, origin="feed:1", complete=True)

    ids = [one.event for one in pull(1, 1, 2, 3, 4)]
    events = [db.session.get_one(Event, event_id) for event_id in ids]
    pull(2, 1, 2, 3)
    other = make_event(campaign, "讲座二")
    lifecycle.merge(other, events[1], BEFORE)
    lifecycle.cancel(events[0], BEFORE)
    again = pull(3, 1, 2, 3, 4)
    assert [(one.verdict, one.event) for one in again] == [
        ("cancelled", ids[0]),
        ("same", other.id),
        ("same", ids[2]),
        ("changed", ids[3]),
    ]
    assert [event.status for event in events] == ["cancelled", "published", "published", "published"]
    assert [one.verdict for one in pull(4, 1, 2, 3, 4)] == ["cancelled", "same", "same", "same"]
    assert other.title == "讲座二"


def test_a_column_that_a_file_does_not_have_leaves_the_field_alone(campaign):
    whole = "编号,活动名称,开始日期,开始时间,地点,主办单位,省,受众群体\nA1,讲座,2024-04-22,09:00,县馆,县科协,江苏省,青少年\n"
    import_rows(campaign, table(whole), BEFORE)
    short = "编号,活动名称,开始日期\nA1,讲座,2024-04-22\n"
    assert [one.verdict for one in import_rows(campaign, table(short), BEFORE)] == ["same"]
    emptied = "编号,活动名称,受众群体\nA1,讲座,\n"
    (outcome,) = import_rows(campaign, table(emptied), BEFORE, dry_run=True)
    assert [finding.message for finding in outcome.findings[:2]] == [
        "Changed: %(fields)s.",
        "Becomes empty: %(fields)s.",
    ]
    assert outcome.findings[1].values["fields"].messages == ("audience groups",)


def test_one_organization_is_one_and_gives_its_region_to_its_events(campaign):
    rows = table(
        "活动名称,日期,主办单位,地区,线上线下\n甲,2024-04-22,江苏省知识产权局,,\n乙,2024-04-22,江苏省知识产权局,连云港市,\n"
        "丙,2024-04-22,江苏省知识产权局,浙江省,线上\n"
    )
    drafts = [one.draft for one in import_rows(campaign, rows, BEFORE)]
    assert [(draft.region_code, draft.lead.region_code) for draft in drafts] == [
        ("320000", "320000"),
        ("320700", "320000"),
        ("320000", "320000"),
    ]


def test_a_state_column_cancels(campaign):
    import_rows(campaign, table("编号,活动名称,日期,状态\nA1,讲座,2024-04-22,正常\n"), BEFORE)
    (outcome,) = import_rows(campaign, table("编号,活动名称,日期,状态\nA1,讲座,2024-04-22,已取消\n"), BEFORE)
    assert (outcome.verdict, outcome.written) == ("cancelled", True)
