"""The commands for codes and devices: the JSON that scripts rely on, one sentence for what cannot be done."""

import json

import pypdfium2
import pytest

from models import clock
from models.codes import pass_lookup, passes, venue_codes
from models.codes.passes import Pass
from models.db import db, transaction
from models.devices import kiosks, pairing
from models.devices.kiosks import Kiosk
from models.events.draft import EventDraft, OrganizationDraft
from models.publishing.lifecycle import cancel, create, withdraw
from tests.support.records.codes import read
from tests.support.records.week import NINE, load_week, make_event, minutes


@pytest.fixture
def week(app):
    return load_week()


@pytest.fixture
def event(week):
    return make_event(week, "知识产权进校园")


@pytest.fixture
def openweek(runner, monkeypatch):
    monkeypatch.setenv("LANG", "en_GB.UTF-8")

    def run(line, *more):
        return runner.invoke(args=[*line.split(), *more])

    return run


def told(result):
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def decoded(path):
    document = pypdfium2.PdfDocument(path)
    try:
        pages = [page.render(scale=2, grayscale=True).to_numpy() for page in document]
    finally:
        document.close()
    return [read(page) for page in pages]


class TestPasses:
    def test_issue(self, openweek, week, event):
        rows = told(openweek("pass issue --campaign ip-2024 --group youth --count 3 --json"))
        kept = db.session.query(Pass).order_by(Pass.id).all()
        assert rows == [
            {
                "id": row.id,
                "url": f"http://OPENWEEK.TEST/C/{row.token}",
                "token": row.token,
                "group": "youth",
                "headcount": 1,
            }
            for row in kept
        ]
        assert len({row["token"] for row in rows}) == 3

    def test_issue_for_a_group_at_one_event(self, openweek, event):
        line = f"pass issue --campaign ip-2024 --group unknown --headcount 45 --event {event.id} --json"
        [row] = told(openweek(line))
        held = pass_lookup.read_pass(row["url"])
        assert (row["group"], row["headcount"]) == ("unknown", 45)
        assert (held.group, held.headcount, held.event.id, held.single) == ("unknown", 45, event.id, False)

    def test_issue_for_a_person(self, openweek, week):
        result = openweek("pass issue --campaign ip-2024 --group youth")
        assert result.stdout.split("\t")[1:3] == ["youth", "1"]

    def test_issue_asks_no_more_questions_for_many(self, openweek, week, count_queries):
        counts = []
        for count in (1, 2, 30):
            with count_queries() as queries:
                told(openweek(f"pass issue --campaign ip-2024 --group youth --count {count} --json"))
            counts.append(len([one for one in queries if one.startswith("SELECT")]))
        assert counts[1] == counts[2]

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            ("--campaign nope --group youth", "There is no campaign “nope”."),
            ("--campaign ip-2024 --group aliens", "“aliens” is not an audience group here."),
            ("--campaign ip-2024 --group youth --headcount 1000", "A group pass is for 1 to 999 people."),
            ("--campaign ip-2024 --group youth --count 0", "You can make 1 to 10,000 passes at a time."),
            ("--campaign ip-2024 --group youth --event 999", "There is no event 999."),
        ],
    )
    def test_what_cannot_be_issued(self, openweek, week, options, sentence):
        result = openweek(f"pass issue {options} --json")
        assert (result.exit_code, result.stdout) == (2, "")
        assert sentence in result.stderr

    def test_revoke(self, openweek, week):
        made = passes.issue(week, "youth", NINE)[0]
        assert openweek(f"pass revoke {made.id}").stdout == f"Pass {made.id} is no longer valid.\n"
        assert db.session.get(Pass, made.id).revoked_at is not None
        for number in (999, 10**20):
            answer = openweek(f"pass revoke {number}")
            assert (answer.exit_code, answer.stderr) == (2, f"There is no pass {number}.\n")


class TestVenueCodes:
    def test_printed(self, openweek, event):
        row = told(openweek(f"venue-code --event {event.id} --json"))
        token = venue_codes.code_for_event(event, NINE).token(NINE)
        assert row == {"url": f"http://OPENWEEK.TEST/V/{token}", "token": token, "method": "printed"}

    def test_rotating_is_the_code_of_this_moment(self, openweek, event):
        row = told(openweek(f"venue-code --event {event.id} --rotating --json"))
        assert row["method"] == "rotating"
        opened = venue_codes.read_code(row["url"], clock.now())
        assert (opened.problem, opened.code.event_id) == (None, event.id)

    def test_for_a_person_it_is_the_address_alone(self, openweek, event):
        token = venue_codes.code_for_event(event, NINE).token(NINE)
        assert openweek(f"venue-code --event {event.id}").stdout == f"http://OPENWEEK.TEST/V/{token}\n"

    def test_an_event_without_a_date_has_none(self, openweek, week):
        undated = create(week, EventDraft(title="未定", hosts=("县局",)), NINE)
        result = openweek(f"venue-code --event {undated.id} --json")
        assert (result.exit_code, result.stdout) == (2, "")
        assert "This event has no date yet." in result.stderr


class TestKiosks:
    def test_a_pairing_code_for_a_person(self, openweek, event, app):
        code = openweek(f"kiosk pair --event {event.id}").stdout.strip()
        assert (len(code), code[4]) == (9, "-")
        kiosk, _token = pairing.pair(code.lower(), app.config["SECRET_KEY"], clock.now())
        assert kiosk.event_ids_at(clock.now()) == [event.id]

    def test_a_token_for_a_script(self, openweek, event):
        row = told(openweek(f"kiosk token --event {event.id} --json"))
        kiosk = kiosks.by_token(row["token"], clock.now())
        assert row == {"kiosk": kiosk.id, "token": row["token"]}
        assert not kiosk.supervisor

    def test_list_and_revoke(self, openweek, event):
        first, _ = kiosks.create_kiosk(event, NINE)
        second, _ = kiosks.create_kiosk(event, NINE, supervisor=True)
        assert openweek(f"kiosk revoke {first.id}").exit_code == 0
        rows = told(openweek("kiosk list --json"))
        assert [(row["kiosk"], row["supervisor"], row["revoked"] is None) for row in rows] == [
            (second.id, True, True),
            (first.id, False, False),
        ]
        assert rows[0]["events"] == [event.id]
        assert db.session.get(Kiosk, first.id).revoked_at is not None
        listed = openweek("kiosk list").stdout.splitlines()
        assert ["revoked" in line for line in listed] == [False, True]
        for number in (999, 10**20):
            answer = openweek(f"kiosk revoke {number}")
            assert (answer.exit_code, answer.stderr) == (2, f"There is no kiosk {number}.\n")

    def test_the_list_says_how_each_stands(self, openweek, event):
        kiosk, _ = kiosks.create_kiosk(event, NINE, may_tally=False)
        quiet, _ = kiosks.create_kiosk(event, NINE, expires_at=NINE)
        with transaction():
            kiosk.seen_at, kiosk.message, kiosk.locked_at = NINE, "请移到二号门", NINE
            beat = {"waiting": 12, "aside": 1, "oldest_at": NINE, "version": "7", "battery": 9}
            db.session.add(kiosks.Heartbeat(kiosk_id=kiosk.id, at=NINE + minutes(1), **beat))
        silent, told_row = told(openweek("kiosk list --json"))
        assert (silent["kiosk"], silent["state"], silent["queue"], silent["heard"]) == (
            quiet.id, "expired", None, None,
        )  # fmt: skip
        nine = "2024-04-22T01:00:00.000+00:00"
        assert told_row == {
            "kiosk": kiosk.id, "name": kiosk.name, "campaign": "ip-2024", "events": [event.id], "supervisor": False,
            "scopes": ["scan"], "state": "locked", "paired": nine, "seen": nine,
            "heard": "2024-04-22T01:01:00.000+00:00", "expires": None, "locked": nine, "revoked": None,
            "message": "请移到二号门", "queue": {"waiting": 12, "aside": 1, "oldest": nine}, "version": "7", "battery": 9,
        }  # fmt: skip
        lines = [line.split("\t") for line in openweek("kiosk list").stdout.splitlines()]
        assert [(line[4], line[6]) for line in lines] == [("expired", "-"), ("locked", "12")]

    def test_an_unknown_event(self, openweek, week):
        result = openweek("kiosk token --event 999 --json")
        assert (result.exit_code, result.stdout, result.stderr) == (2, "", "There is no event 999.\n")


class TestPosters:
    def test_one_page_for_each_dated_published_event(self, openweek, week, event, tmp_path):
        later = make_event(week, "另一场", region_code="110101")
        create(week, EventDraft(title="未定", hosts=("县局",)), NINE)
        cancel(make_event(week, "取消了"), NINE)
        withdraw(make_event(week, "撤回了"), NINE)
        out = tmp_path / "posters.pdf"
        result = openweek("posters --campaign ip-2024 --out", str(out))
        assert (result.exit_code, result.stdout) == (0, "")
        wanted = [venue_codes.code_for_event(one, NINE).token(NINE) for one in (event, later)]
        assert decoded(out) == [[f"http://OPENWEEK.TEST/V/{token}"] for token in wanted]

    def test_of_a_region_and_all_below_it(self, openweek, week, event, tmp_path):
        make_event(
            week, "另一场", region_code="110101", lead=OrganizationDraft("北京市局", "110000", "ip-offices")
        )
        out = tmp_path / "posters.pdf"
        assert openweek("posters --campaign ip-2024 --region 320000 --out", str(out)).exit_code == 0
        assert len(decoded(out)) == 1

    def test_of_one_event(self, openweek, week, event, tmp_path):
        other = make_event(week, "另一场")
        out = tmp_path / "poster.pdf"
        assert openweek(f"posters --campaign ip-2024 --event {other.id} --out", str(out)).exit_code == 0
        assert decoded(out) == [
            [f"http://OPENWEEK.TEST/V/{venue_codes.code_for_event(other, NINE).token(NINE)}"]
        ]

    def test_characters_without_a_font_are_told_before_printing(self, openweek, week, tmp_path):
        make_event(week, "知识产权🚀进校园")
        result = openweek("posters --campaign ip-2024 --out", str(tmp_path / "posters.pdf"))
        assert (result.exit_code, result.stdout, result.stderr) == (
            0, "", "Before you print: no font here has these characters, so they are boxes: 🚀\n",
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            ("--campaign nope", "There is no campaign “nope”."),
            ("--campaign ip-2024 --region 999999", "999999"),
            ("--campaign ip-2024 --region 650000", "None of these events has a date and takes place"),
            ("--campaign ip-2024 --event 999", "There is no event 999."),
        ],
    )
    def test_what_cannot_be_printed(self, openweek, event, tmp_path, options, sentence):
        out = tmp_path / "posters.pdf"
        result = openweek(f"posters {options} --out", str(out))
        assert (result.exit_code, out.exists()) == (2, False)
        assert sentence in result.stderr

    def test_a_place_that_cannot_be_written(self, openweek, event, tmp_path):
        result = openweek("posters --campaign ip-2024 --out", str(tmp_path / "missing" / "posters.pdf"))
        assert result.exit_code == 1
        assert "No such file or directory" in result.stderr
