"""Tables that are not laid out line by line: what becomes of their lines, and what is said."""

import pytest

from models.imports.read_file import read_file
from models.imports.spreadsheet.layouts.labels import labelled, without_contacts
from models.imports.spreadsheet.times.duration import duration
from models.imports.spreadsheet.times.time_and_place import time_and_place


def cells_of(text: str, *names: str) -> list[tuple[str, ...]]:
    return [tuple(row.cells[name] for name in names) for row in read_file(text.encode()) if not row.unread]


def test_labels_end_where_a_person_is_named():
    text = "主办：灌云县司法局，联系人：李某；电话：000；地点：县文化馆"
    assert labelled(text) == {"主办": "灌云县司法局", "地点": "县文化馆"}
    assert without_contacts(text) == "主办：灌云县司法局；地点：县文化馆"


def test_a_person_in_a_column_of_labels_is_not_imported():
    text = "活动名称,具体安排,对象\n讲座,时间：4月22日；地点：县文化馆；联系人：李某,市民\n"
    (row,) = read_file(text.encode())
    assert (row.cells["time_text"], row.cells["venue_text"]) == ("4月22日", "县文化馆")
    assert not any("李某" in cell for cell in row.cells.values())


def test_a_list_of_persons_is_no_table_of_events():
    with pytest.raises(Exception, match="No header row"):
        read_file("姓名,单位,报到时间,住宿地点\n张某某某,灌云县司法局,4月22日,县宾馆\n".encode())


def test_a_column_without_a_known_name_is_said():
    (row, _) = read_file(
        "工作,时间,地点\n巡回法庭进苗乡,4月22日,镇政府\n裁判文书讲解,4月25日,县中学\n".encode()
    )
    assert row.cells["title"] == "巡回法庭进苗乡"
    assert [note.message for note in row.notes] == [
        "The name of this column is not known; by its cells it was read as: %(fields)s."
    ]


def test_several_events_in_one_line_share_what_has_no_number():
    text = "县区,活动一名称,活动一时间,活动二名称,活动二时间\n灌云县,讲座,4月22日,展览,4月23日\n"
    assert cells_of(text, "title", "time_text", "county") == [
        ("讲座", "4月22日", "灌云县"),
        ("展览", "4月23日", "灌云县"),
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("4月20日上午，人民广场", ("4月20日上午", "人民广场")),
        ("人民广场（4月20日9:00）", ("4月20日9:00", "人民广场")),
        ("4月20日上午9:00人民广场", ("4月20日上午9:00", "人民广场")),
        ("每天9:00 人民广场", ("", "每天9:00 人民广场")),
        ("另行通知", ("", "另行通知")),
    ],
)
def test_time_and_place_in_one_cell(text, parts):
    assert time_and_place(text) == parts


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("2小时", 120),
        ("一个半小时", 90),
        ("90分钟", 90),
        ("1.5h", 90),
        ("半小时", 30),
        ("半天", None),
        ("全天", None),
    ],
)
def test_how_long_something_lasts(text, minutes):
    lasts = duration(text)
    assert (lasts.total_seconds() / 60 if lasts else None) == minutes
