"""How many statements a new row costs, so that a plan of thousands is written in seconds."""

import pytest

from models.imports.read_file import read_file
from models.imports.row_writer import _GROUP
from tests.support.records.importing import import_rows
from tests.support.records.week import NINE, load_week

HEAD = "活动名称,日期,时间,地点,主办单位,受众群体,地区"


def plan(rows: int) -> bytes:
    lines = (
        f"讲座第{n}期,4月{20 + n % 7}日,9:00-11:00,第{n}文化馆,第{n}知识产权局,青少年,江苏省连云港市灌云县"
        for n in range(rows)
    )
    return "\n".join((HEAD, *lines)).encode()


@pytest.mark.parametrize("publish", [True, False])
def test_a_new_row_costs_less_than_one_statement_and_a_few_for_ids(app, count_queries, publish):
    """SQLite gives ids row by row: one statement each for organization, venue, event and occurrence."""
    campaign, counts = load_week(), []
    for rows, origin in ((_GROUP, "file:a"), (2 * _GROUP, "file:b")):
        read = read_file(plan(rows))
        with count_queries() as queries:
            outcomes = import_rows(campaign, read, NINE, origin=origin, publish=publish)
        assert {(one.verdict, one.written, one.event is None) for one in outcomes} == {("new", True, False)}
        assert len({one.event for one in outcomes}) == rows
        counts.append(len([text for text in queries if "VALUES" not in text or "RETURNING" not in text]))
    assert (counts[1] - counts[0]) / _GROUP <= 0.3


def test_rows_keep_their_order_around_a_changed_one(app):
    campaign = load_week()
    first = import_rows(campaign, read_file(plan(1)), NINE, origin="file:a")[0].event
    changed = plan(3).replace(b"9:00-11:00", b"14:00-16:00", 1)
    outcomes = import_rows(campaign, read_file(changed), NINE, origin="file:a")
    assert [one.verdict for one in outcomes] == ["changed", "new", "new"]
    assert [one.event for one in outcomes] == [first, first + 1, first + 2]
