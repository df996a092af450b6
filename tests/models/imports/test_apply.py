"""The importer: what is read from messy rows, what is never invented, and what happens when a file comes again."""

import csv
import io
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import select

from models.accounts import creation
from models.db import db
from models.errors import Mistake
from models.events.draft import draft_of
from models.events.tables import Event, EventChange
from models.imports.apply import counts
from models.imports.findings import Row, Understood
from models.imports.read_file import COLUMNS, MOST_BYTES, demo_file, read, read_file
from models.imports.spreadsheet import cells
from models.imports.spreadsheet.column_names import FIELDS
from models.imports.spreadsheet.to_draft import Vocabulary, understand, vocabulary_of
from models.publishing import lifecycle
from tests.support.records.importing import import_rows
from tests.support.records.week import NINE, load_week

DAY_20 = date(2024, 4, 20)
NO_YEAR = "The year is missing, so it is not certain that this event belongs to the week. Add the year."


def cells_of(**given: str) -> dict[str, str]:
    usual = {
        "id": "X1",
        "year": "2024",
        "title": "现场宣传",
        "start_date": "2024-04-22",
        "end_date": "2024-04-22",
    }
    return dict.fromkeys(FIELDS, "") | usual | given


def file_of(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@pytest.fixture
def campaign(app):
    return load_week()


@pytest.fixture
def vocabulary(campaign) -> Vocabulary:
    return vocabulary_of(campaign)


def understood(vocabulary: Vocabulary, **given: str) -> Understood:
    return understand(Row(2, cells_of(**given)), vocabulary)


def said(row) -> list[str]:
    return [finding.message % finding.values for finding in row.findings]


# ---------------------------------------------------------------- bytes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_one_table_in_three_encodings(encoding):
    rows = read(file_of(cells_of(title="知识产权𠮷宣传周"), cells_of(id="X2")).encode(encoding))
    assert [(row.number, row.cells["id"], row.cells["title"]) for row in rows] == [
        (2, "X1", "知识产权𠮷宣传周"),
        (3, "X2", "现场宣传"),
    ]


def test_columns_in_any_order_and_empty_rows_between():
    text = file_of(cells_of(), cells_of(id="X2"), columns=tuple(reversed(COLUMNS)))
    head, first, second = text.splitlines()
    rows = read("\n".join([head.upper(), first, ",,,", "", second]).encode())
    assert [(row.number, row.cells["id"]) for row in rows] == [(2, "X1"), (5, "X2")]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b" \r\n ", "The file is empty."),
        (b"\xef\xbb\xbf", "The file is empty."),
        (
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
            "This is a picture. Import the table or calendar that it shows.",
        ),
        (b"%PDF-1.7", "This is a PDF. Import the table or calendar that it was made from."),
        (
            b'<html xmlns:o="urn:x"><body><table><tr><td>a</td></tr></table>',
            "This is a table in HTML, whatever its name ends with. Open it in a spreadsheet program and save it as .xlsx.",
        ),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "This is a spreadsheet in XML. Open it and save it as .xlsx.",
        ),
        (b'[{"title": "x"}]', "This is JSON. Save it as a table (.csv, .xlsx) or a calendar (.ics)."),
        (b"\xff\xd8\xff\xe0\x81\x30\x00", "This is a picture. Import the table or calendar that it shows."),
        (
            b"PK\x03\x04...",
            "This spreadsheet is damaged or has a password. Open it and save it as .xlsx again.",
        ),
        (
            b"\xd0\xcf\x11\xe0..",
            "This is an old spreadsheet format (.xls). Open it and save it as .xlsx.",
        ),
        (
            b"<!DOCTYPE html><title>Sign in</title>",
            "This is a web page, not a calendar or a table; the address may need a sign-in."
            " Open it in a browser and look for the address of the calendar itself (iCal).",
        ),
        (b"\xff\xfe\x00\xd8", "The file starts like UTF-16 but is not. Save it as “CSV UTF-8”."),
        (
            f"title,year\n{'x' * 131_073},2024".encode(),
            "A cell in line 2 has more than 131072 characters. Please shorten it.",
        ),
        (b"x" * (MOST_BYTES + 1), "The file is larger than 20 MB. Please split it."),
        (file_of().encode(), "The file has a header row but no data rows."),
        (
            file_of(cells_of(), columns=tuple(c for c in COLUMNS if c != "title")).encode(),
            "No header row was found at the top of the table. The column 活动名称 (title) is "
            "required; others can be 开始日期, 开始时间, "
            "活动地点, 主办单位 …. Please use the template.",
        ),
        (
            file_of(cells_of(), columns=(*COLUMNS, "编号")).encode("gb18030"),
            "These columns mean the same: id, 编号. Keep only one of them.",
        ),
        (
            (file_of(cells_of()) + 'X2,2024,"never closed\n').encode(),
            "The table breaks off at line 3: a quotation mark is not closed, or is inside a cell.",
        ),
    ],
)
def test_what_is_not_such_a_table_is_told_in_one_sentence(data, sentence):
    with pytest.raises(Mistake) as refused:
        read_file(data, "活动.csv")
    assert str(refused.value) == sentence


# ---------------------------------------------------------------- single cells


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-04-20", DAY_20),
        ("2024/4/20", DAY_20),
        ("２０２４－０４－２０", DAY_20),
        ("2024年4月20日", DAY_20),
        ("4月20日", DAY_20),
        ("４ 月 20 号", DAY_20),
        ("2024-13-20", None),
        ("2月30日", None),
        ("20日", None),
        ("4月20日上午", None),
        ("4/20/2024", None),
    ],
)
def test_days(text, day):
    assert cells.day(text, 2024) == day


def test_a_day_without_a_year_needs_one():
    assert cells.day("4月20日", None) is None


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("9:05", time(9, 5)),
        ("１１：３０", time(11, 30)),
        ("14时30分", time(14, 30)),
        ("9点", time(9)),
        ("上午", None),
        ("25:00", None),
    ],
)
def test_clock_times(text, clock):
    assert cells.clock_time(text) == clock


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("4月24日上午", "morning"),
        ("4月20日下午", "afternoon"),
        ("4月20日晚", "evening"),
        ("上午和下午", None),
        ("宣传周期间", None),
        ("中午", None),
    ],
)
def test_parts_of_the_day(text, part):
    assert cells.half_day(text) == part


def test_a_beginning_in_the_morning_is_not_a_morning():
    assert cells.half_day("24日上午始", open_ended=True) is None


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("南山公园", ["南山公园"]),
        ("天镜湖;天镜湖广场", ["天镜湖", "天镜湖广场"]),
        ("学校图书馆前音乐喷泉广场、食堂广场", ["学校图书馆前音乐喷泉广场", "食堂广场"]),
        ("铁力市第六中学、汤旺县第一小学", ["铁力市第六中学", "汤旺县第一小学"]),
        ("上海兰迪(青岛)律师事务所", ["上海兰迪(青岛)律师事务所"]),
        ("青州市金鑫温室、晨宇电气等企业", None),
        ("全县各乡镇、企业", None),
        ("平房区、延寿县(某某公司、某某厂等)", None),
        ("42家企业、15家学校", None),
        ("县城中街和孟坝等19个乡镇", None),
        ("一个主现场,十一个分现场", None),
        ("线上", None),
        ("石家庄", None),
        ("校园里", None),
    ],
)
def test_places(text, places):
    found, sure = cells.places(text)
    assert (list(found), sure) == (places or [], places is not None)


# ---------------------------------------------------------------- rows


def test_words_never_become_clock_times(vocabulary):
    row = understood(
        vocabulary, time_text="4月22日上午", attendance_reported="800余份", venue_text="县文化广场"
    )
    (occurrence,) = row.draft.occurrences
    assert (occurrence.start_at, occurrence.end_at, occurrence.half_day) == (None, None, "morning")
    assert (row.draft.time_text, row.draft.report.attendance) == ("4月22日上午", "800余份")
    assert occurrence.venue.name == "县文化广场"


def test_a_start_time_without_an_end_stays_open(vocabulary):
    (occurrence,) = understood(vocabulary, start_time="11:30").draft.occurrences
    assert occurrence.start_at == datetime(2024, 4, 22, 3, 30, tzinfo=UTC)
    assert (occurrence.end_at, occurrence.half_day) == (None, None)


def test_hours_over_several_days_stay_words(vocabulary):
    row = understood(vocabulary, end_date="2024-04-24", start_time="9:00", end_time="17:00", time_text="三天")
    (occurrence,) = row.draft.occurrences
    assert (occurrence.start_day, occurrence.end_day, occurrence.start_at) == (
        date(2024, 4, 22),
        date(2024, 4, 24),
        None,
    )
    assert row.draft.time_text == "三天 9:00–17:00"
    assert "“9:00–17:00” does not give hours within one day; kept in these words." in said(row)


def test_a_start_without_an_end_is_one_open_day(vocabulary):
    row = understood(vocabulary, end_date="")
    (occurrence,) = row.draft.occurrences
    assert (occurrence.start_day, occurrence.end_day, occurrence.open_ended) == (
        date(2024, 4, 22),
        date(2024, 4, 22),
        True,
    )


def test_no_date_is_an_event_without_an_occurrence(vocabulary):
    row = understood(vocabulary, start_date="", end_date="", time_text="宣传周期间")
    assert (row.draft.occurrences, row.draft.time_text) == ((), "宣传周期间")
    assert said(row) == [
        "No date was given: the event is listed without a date and is not in calendar feeds."
    ]


def test_outside_the_week_is_kept_and_said(vocabulary):
    row = understood(vocabulary, start_date="2024-04-18", end_date="2024-04-18")
    assert row.draft.occurrences[0].start_day == date(2024, 4, 18)
    assert said(row) == ["Outside the week: kept and marked."]


def test_twelve_hosts_the_first_leads(vocabulary):
    hosts = ";".join(["灌云县市场监督管理局(主办)", *(f"单位{n}" for n in range(11))])
    draft = understood(
        vocabulary, organizers=hosts, province="江苏省", city="连云港市", county="灌云县"
    ).draft
    assert (len(draft.hosts), draft.hosts[0]) == (12, "灌云县市场监督管理局(主办)")
    assert draft.lead.name == "灌云县市场监督管理局"
    assert (draft.lead.region_code, draft.lead.line) == ("320723", "market-regulation")


def test_a_host_whose_name_tells_a_higher_level_sits_there(vocabulary):
    draft = understood(
        vocabulary, organizers="铜陵市中级人民法院", province="安徽省", city="铜陵市", county="义安区"
    ).draft
    assert (draft.region_code, draft.lead.region_code, draft.lead.line) == ("340706", "340700", "courts")


def test_what_is_not_recognised_is_kept_and_named(vocabulary):
    row = understood(
        vocabulary,
        province="安徽省",
        city="淮南市",
        county="毛集实验区",
        format="讲座;颁牌",
        audiences="社会公众;老年人",
        online="空中",
    )
    draft = row.draft
    assert (draft.region_code, draft.region_text) == ("340400", "安徽省 淮南市 毛集实验区")
    assert [(entry.format, entry.text) for entry in draft.formats] == [("talk", "讲座"), ("other", "颁牌")]
    assert (draft.main_format, draft.groups, draft.mode) == ("talk", ("public",), None)
    assert said(row) == [
        "“毛集实验区” is a zone without its own code in GB/T 2260.",
        "“空中” was not recognised. Write 线下, 线上 or 线上线下.",
        "Kept as other forms of activity, in the original words: 颁牌.",
        "Not audience groups of this week: 老年人.",
    ]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"year": "", "start_date": "", "end_date": ""}, NO_YEAR),
        ({"year": "去年"}, "“去年” is not a year. Write it as 2024."),
        ({"title": ""}, "The title is missing. Please add it."),
        ({"start_date": "4.31"}, "“4.31” is not a day: that month has 30 days. Please correct it."),
        ({"start_date": ""}, "There is an end date without a start date. Add the start date."),
        ({"end_date": "2024-04-21"}, "The end date is before the start date. Please change one of them."),
        ({"start_date": "2023-04-22", "end_date": ""}, "The year says 2024 but the date 2023-04-22. Please change one of them."),
        ({"start_time": "11:00", "end_time": "9:00"}, "The end time is not after the start time. Please change one of them."),
    ],
)  # fmt: skip
def test_refused_rows_say_what_to_change(vocabulary, given, sentence):
    row = understood(vocabulary, **given)
    assert (row.verdict, said(row), row.draft) == ("refused", [sentence], None)


def test_a_full_date_tells_the_year(vocabulary):
    assert understood(vocabulary, year="").draft is not None


def test_another_year_is_not_refused_but_left(vocabulary):
    row = understood(vocabulary, year="２０２３年")
    assert (row.verdict, said(row)) == (
        "other_year",
        ["This event is from 2023, but the week is in 2024. Not imported."],
    )


# ---------------------------------------------------------------- the whole way


def test_every_reported_row_is_accounted_for(campaign):
    rows = read(demo_file())
    outcomes = import_rows(campaign, rows, NINE)
    assert counts(outcomes) == {
        "new": 37, "changed": 0, "same": 0, "cancelled": 0, "other_year": 118, "refused": 4,
    }  # fmt: skip
    assert [outcome.row for outcome in outcomes] == [row.number for row in rows]
    events = db.session.scalars(select(Event)).all()
    assert Counter(len(event.occurrences) for event in events) == {1: 23, 0: 14}
    assert {event.status for event in events} == {"published"}
    changes = db.session.execute(select(EventChange.verb, EventChange.account_id)).all()
    assert set(map(tuple, changes)) == {("created", None)}
    again = import_rows(campaign, rows, NINE + timedelta(days=1))
    assert counts(again) == {
        "new": 0, "changed": 0, "same": 37, "cancelled": 0, "other_year": 118, "refused": 4,
    }  # fmt: skip
    assert [outcome.event for outcome in again] == [outcome.event for outcome in outcomes]


def rows_of(*given: dict[str, str]) -> list[Row]:
    return [Row(number, cells_of(**each)) for number, each in enumerate(given, 2)]


def verdicts(outcomes) -> list[str]:
    return [outcome.verdict for outcome in outcomes]


def test_a_changed_row_changes_its_event_and_names_what(campaign):
    first = import_rows(campaign, rows_of({}), NINE)
    outcomes = import_rows(
        campaign, rows_of({"title": "新题", "start_date": "4月23日", "end_date": "4月23日"}), NINE
    )
    assert verdicts(outcomes) == ["changed"]
    assert outcomes[0].event == first[0].event
    assert outcomes[0].findings[0].values["fields"].messages == ("title", "dates and times")
    (occurrence,) = db.session.get_one(Event, first[0].event).occurrences
    assert (occurrence.start_day, occurrence.sequence) == (date(2024, 4, 23), 1)


def test_a_row_without_an_id_is_known_by_title_day_and_place(campaign):
    import_rows(campaign, rows_of({"id": ""}), NINE)
    assert verdicts(import_rows(campaign, rows_of({"id": "", "organizers": "县科协"}), NINE)) == ["changed"]
    assert verdicts(import_rows(campaign, rows_of({"id": "", "title": "另一场"}), NINE)) == ["new"]


def test_the_same_event_twice_in_one_file(campaign):
    outcomes = import_rows(campaign, rows_of({}, {"title": "又一次"}), NINE)
    assert verdicts(outcomes) == ["new", "refused"]
    assert said(outcomes[1]) == ["This is the same event as row 2. Please remove one of them."]


def test_a_dry_run_tells_the_same_and_writes_nothing(campaign):
    assert verdicts(import_rows(campaign, rows_of({}, {"id": "X2", "year": ""}), NINE, dry_run=True)) == [
        "new",
        "new",
    ]
    assert db.session.scalars(select(Event)).all() == []
    import_rows(campaign, rows_of({}), NINE)
    assert verdicts(import_rows(campaign, rows_of({"title": "新题"}), NINE, dry_run=True)) == ["changed"]
    assert db.session.scalar(select(Event.title)) == "现场宣传"


def test_refused_rows_do_not_stop_the_others(campaign):
    for partial in (False, True):
        outcomes = import_rows(
            campaign, rows_of({"title": ""}, {"id": f"ok-{partial}"}), NINE, partial=partial
        )
        assert verdicts(outcomes) == ["refused", "new"]
    assert len(db.session.scalars(select(Event)).all()) == 2


@pytest.mark.parametrize(("partial", "left"), [(False, 0), (True, 1)])
def test_a_failure_on_the_way(campaign, partial, left):
    """The database gives up at the second event: all or nothing, or row by row."""

    def give_up(_mapper, _connection, event: Event) -> None:
        if event.origin_ref == "X2":
            raise db.exc.OperationalError("INSERT", {}, OSError("disk full"))

    sqlalchemy_event.listen(Event, "before_insert", give_up)
    try:
        if partial:
            outcomes = import_rows(campaign, rows_of({}, {"id": "X2"}), NINE, partial=True)
            assert verdicts(outcomes) == ["new", "refused"]
        else:
            with pytest.raises(Mistake, match="Nothing was saved"):
                import_rows(campaign, rows_of({}, {"id": "X2"}), NINE)
    finally:
        sqlalchemy_event.remove(Event, "before_insert", give_up)
    assert len(db.session.scalars(select(Event)).all()) == left


def test_what_happened_here_meanwhile_stays(campaign):
    rows = rows_of({}, {"id": "X2"}, {"id": "X3"})
    edited, cancelled, deleted = (
        db.session.get_one(Event, outcome.event) for outcome in import_rows(campaign, rows, NINE)
    )
    person = creation.create_account("li@example.org", "县科协", "organizer", "long enough", NINE)
    lifecycle.change(edited, replace(draft_of(edited), title="改好的题目"), NINE, by=person)
    lifecycle.cancel(cancelled, NINE)
    lifecycle.withdraw(deleted, NINE)
    outcomes = import_rows(campaign, rows_of({"organizers": "县科协"}, {"id": "X2"}, {"id": "X3"}), NINE)
    assert verdicts(outcomes) == ["changed", "cancelled", "refused"]
    assert (edited.title, [host.name for host in edited.hosts]) == ("改好的题目", ["县科协"])
    assert [finding.values["fields"].messages for finding in outcomes[0].findings] == [
        ("lead organizer", "organizers"),
        ("title",),
    ]
    assert said(outcomes[2]) == ["This event was deleted here. The import does not restore it."]


def test_the_number_of_questions_does_not_grow_with_the_events_that_are_there(campaign):
    def questions(count: int) -> int:
        rows = rows_of(*({"id": f"N{n}"} for n in range(count)))
        import_rows(campaign, rows, NINE)
        db.session.expunge_all()
        asked = []
        sqlalchemy_event.listen(
            db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]), named=False
        )
        import_rows(db.session.merge(campaign), rows, NINE)
        return len(asked)

    assert questions(30) == questions(1)
