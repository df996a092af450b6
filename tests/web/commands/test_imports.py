"""`openweek import` and `openweek init` as an operator meets them: words, JSON, exit codes."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from models import clock
from models.campaigns.tables import Campaign, Term
from models.codes.keys import SigningKey
from models.db import db, transaction
from models.events.tables import Event
from models.imports.read_file import demo_file
from models.imports.spreadsheet.template import workbook
from models.installation import Setting
from models.places.tables import Region
from tests.support.records.week import NINE, load_week

CSV = "models/data/reported-events.csv"


@pytest.fixture
def campaign(app):
    return load_week()


def test_import_as_json(campaign, runner):
    told = runner.invoke(args=["import", CSV, "--campaign", "ip-2024", "--json"])
    assert (told.exit_code, told.stderr) == (0, "")
    answer = json.loads(told.stdout)
    assert set(answer) == {"rows", "summary"}
    assert answer["summary"] == {
        "new": 37, "changed": 0, "same": 0, "cancelled": 0, "other_year": 118, "refused": 4,
    }  # fmt: skip
    assert len(answer["rows"]) == 159
    assert {tuple(row) for row in answer["rows"]} == {("row", "verdict", "reason", "event")}
    assert all(row["reason"] for row in answer["rows"])
    assert Counter(row["event"] is not None for row in answer["rows"]) == {True: 37, False: 122}
    assert answer["rows"][0] == {
        "row": 2,
        "verdict": "new",
        "reason": "Imported. No date was given: the event is listed without a date and is not in calendar feeds.",
        "event": db.session.scalar(select(Event.id).where(Event.origin_ref == "E002")),
    }
    again = json.loads(runner.invoke(args=["import", CSV, "--campaign", "ip-2024", "--json"]).stdout)
    assert again["summary"]["same"] == 37


def test_a_file_from_an_old_spreadsheet_is_the_same_file(campaign, runner, tmp_path: Path):
    runner.invoke(args=["import", CSV, "--campaign", "ip-2024"])
    twin = tmp_path / "活动.csv"
    twin.write_bytes(demo_file().decode("utf-8-sig").encode("gb18030"))
    told = runner.invoke(args=["import", str(twin), "--campaign", "ip-2024"])
    assert told.exit_code == 0
    assert told.stdout.splitlines()[-1] == "159 rows: no change 37, other year 118, not imported 4."


def test_import_speaks_chinese_where_the_machine_does(campaign, runner):
    told = runner.invoke(
        args=["import", CSV, "--campaign", "ip-2024", "--dry-run"], env={"LC_ALL": "zh_CN.UTF-8"}
    )
    lines = told.stdout.splitlines()
    assert lines[8] == "第10行：未导入。缺少年份，无法确定是否属于本届宣传周，请补上年份。"
    assert lines[-2:] == ["共159行：新增 37，其他年份 118，未导入 4。", "以上为试运行，未保存任何数据。"]
    assert db.session.scalar(select(func.count()).select_from(Event)) == 0


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "This is a picture. Import the table or calendar that it shows."),
        (
            b"price,amount\n1,2\n3,4\n",
            "No header row was found at the top of the table. The column 活动名称 (title) is "
            "required; others can be 开始日期, 开始时间, "
            "活动地点, 主办单位 …. Please use the template.",
        ),
    ],
)
def test_a_file_that_is_not_understood(campaign, runner, tmp_path: Path, data, sentence):
    wrong = tmp_path / "wrong.csv"
    wrong.write_bytes(data)
    told = runner.invoke(args=["import", str(wrong), "--campaign", "ip-2024", "--json"])
    assert (told.exit_code, told.stdout, told.stderr) == (2, "", sentence + "\n")


def test_a_campaign_or_file_that_is_not_there(campaign, runner):
    told = runner.invoke(args=["import", CSV, "--campaign", "ip-1999"])
    assert (told.exit_code, told.stderr) == (2, "There is no campaign “ip-1999”.\n")
    for path, why in (("nowhere.csv", "No such file or directory"), ("models", "Is a directory")):
        told = runner.invoke(args=["import", path, "--campaign", "ip-2024", "--json"])
        sentence = f"The file {path} cannot be read: {why}.\n"
        assert (told.exit_code, told.stdout, told.stderr) == (2, "", sentence)


def test_init_on_an_empty_database_and_again(app, runner):
    with transaction():
        db.session.execute(delete(Region))
    first = runner.invoke(args=["init"])
    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout == "Ready: National Intellectual Property Publicity Week 2024 (ip-2024).\n"

    def rows() -> tuple:
        counted = [
            db.session.scalar(select(func.count()).select_from(table)) for table in (Region, Term, SigningKey)
        ]
        return (*counted, db.session.get(Setting, "uid_domain").value)

    before = rows()
    assert before == (3351, 65, 5, "openweek.test")
    assert runner.invoke(args=["init"]).stdout == first.stdout
    assert rows() == before


def other_week(folder: Path, **changes: str) -> str:
    text = Path("models/data/ip-2024.toml").read_text(encoding="utf-8")
    for old, new in ({'id = "ip-2024"': 'id = "ip-2025"', "number = 1 ": "number = 25 "} | changes).items():
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "week.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_an_installation_with_its_own_week_is_not_given_another(app, runner, tmp_path: Path):
    assert runner.invoke(args=["init", other_week(tmp_path)]).exit_code == 0
    assert runner.invoke(args=["init"]).stdout == "Ready. The campaigns have not changed.\n"
    assert db.session.scalars(select(Campaign.id)).all() == ["ip-2025"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"starts = 2024-04-20": "starts = 2024-05-20"},
            "The campaign ends on 2024-04-26, before it starts on 2024-05-20.",
        ),
        ({"number = 25 ": "number = 1 "}, "Number 1 belongs to campaign “ip-2024”. Choose another number."),
        (
            {'id = "ip-2025"': 'id = "desk"'},
            "The campaign id “desk” is an address of the system. Choose another.",
        ),
        (
            {'id = "ip-2025"': 'id = "ip-2024"'},
            "Campaign “ip-2024” has number 1, which is in every pass. Change it back in the file.",
        ),
    ],
)
def test_init_with_a_campaign_file_that_cannot_be_used(campaign, runner, tmp_path: Path, changes, sentence):
    told = runner.invoke(args=["init", other_week(tmp_path, **changes)])
    assert (told.exit_code, told.stdout, told.stderr) == (2, "", sentence + "\n")
    assert db.session.scalars(select(Campaign.id)).all() == ["ip-2024"]


def test_what_a_file_of_an_origin_has_no_more_is_told(campaign, runner, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NINE - timedelta(days=10))
    file = tmp_path / "a.csv"
    ask = ["import", str(file), "--campaign", "ip-2024", "--origin", "o"]
    file.write_text("id,title,start_date\n1,讲座,2024-04-22\n2,市集,2024-04-23\n", encoding="utf-8")
    assert runner.invoke(args=ask).stdout.splitlines()[-1] == "2 rows: new 2."
    file.write_text("id,title,start_date\n1,讲座,2024-04-22\n", encoding="utf-8")
    assert runner.invoke(args=ask).stdout.splitlines()[-2:] == [
        "1 rows: no change 1.",
        "1 events from this source are not in the file and stay as they are. Use --complete to cancel them.",
    ]
    assert set(db.session.scalars(select(Event.status))) == {"published"}
    told = runner.invoke(args=[*ask, "--complete"]).stdout.splitlines()
    assert told[-1] == "2 rows: no change 1, cancelled 1."


def test_a_calendar_and_the_template_go_the_same_way(campaign, runner, tmp_path: Path):
    event = "BEGIN:VEVENT\r\nUID:a\r\nSUMMARY:讲座\r\nDTSTART:20240422T010000Z\r\nEND:VEVENT\r\n"
    file = tmp_path / "活动.ics"
    file.write_text(f"BEGIN:VCALENDAR\r\n{event}END:VCALENDAR\r\n", encoding="utf-8")
    ask = ["import", str(file), "--campaign", "ip-2024", "--json"]
    assert json.loads(runner.invoke(args=ask).stdout)["summary"]["new"] == 1
    file.write_text(file.read_text("utf-8").replace("UID:a", "UID:a\nSTATUS:CANCELLED"), encoding="utf-8")
    (row,) = json.loads(runner.invoke(args=ask).stdout)["rows"]
    assert (row["row"], row["verdict"]) == (1, "cancelled")
    assert db.session.get(Event, row["event"], populate_existing=True).status == "cancelled"
    template = tmp_path / "模板.xlsx"
    template.write_bytes(workbook(campaign))
    told = runner.invoke(args=["import", str(template), "--campaign", "ip-2024"])
    assert told.stdout.splitlines()[0] == (
        "Row 2: not imported. A2: This is the example row of the template. Please remove it."
    )
    refused = runner.invoke(args=[*ask, "--complete"])
    assert (refused.exit_code, refused.stdout) == (2, "")
