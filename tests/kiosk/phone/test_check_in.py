"""A phone at a venue code: one question, one tap, one verdict; every way it can fail says what to do."""

import logging
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kiosk.phone import ticket as tickets
from models.checkin.phone import browser_hash
from models.codes import venue_codes
from models.db import db, transaction
from models.events.draft import OccurrenceDraft
from models.ledger.tables import Scan
from models.publishing.lifecycle import cancel, withdraw
from tests.support.browser.phone import TICKET, Phone, rows, visits
from tests.support.records.week import DAY, NINE, make_event, minutes, session

FOREIGN = "wxp:f2f0SecretPaymentCode0123456789"


class TestTheStraightLine:
    def test_the_page_asks_one_question(self, phone, token, week):
        page = phone.open(token)
        assert page.status_code == 200
        assert "知识产权进校园" in page.text
        assert "第一中学" in page.text
        assert re.findall(r'name="group" value="(\w+)"', page.text) == [
            *("innovators", "government", "youth", "public", "unknown"),
        ]
        assert "<script" not in page.text

    def test_a_tap_checks_in(self, phone, token, week, event):
        page = phone.tap(token)
        assert page.status_code == 200
        assert "已签到" in page.text
        assert "verdict-stored" in page.text
        [row] = rows()
        assert (row.verdict, row.method, row.group, row.headcount) == ("stored", "printed", "youth", 1)
        assert (row.kind, row.kiosk_id, row.at) == ("venue", None, NINE)
        assert (row.event_id, row.occurrence_id) == (event.id, event.occurrences[0].id)
        assert visits(week) == 1

    def test_a_code_with_a_long_mac_checks_in(self, phone, runner, week, at):
        runner.invoke(args=["key", "new", "venue", "--long"])
        for method in venue_codes.CodeMethod:
            token = venue_codes.code_for_event(make_event(week, f"小教室 {method}"), NINE, method).token(NINE)
            assert (len(token), "已签到" in phone.tap(token).text) == (40, True)
        assert [(row.verdict, row.method) for row in rows()] == [
            ("stored", "printed"),
            ("stored", "rotating"),
        ]

    def test_unknown_is_an_answer(self, phone, token):
        assert "已签到" in phone.tap(token, "unknown").text
        assert [row.group for row in rows()] == ["unknown"]

    def test_a_second_visit_is_a_repeat_and_adds_nothing(self, phone, token, week, at):
        phone.tap(token)
        at(NINE + minutes(30))
        page = phone.open(token)
        assert (page.status_code, "您今天已签到过" in page.text, "09:00" in page.text) == (200, True, True)
        assert TICKET.search(page.text) is None
        assert [row.verdict for row in rows()] == ["stored"]
        assert visits(week) == 1

    def test_the_same_form_sent_again_is_one_scan(self, phone, token, week):
        ticket = phone.ticket(token)
        first, second, third = (phone.post(token, ticket) for _ in range(3))
        assert first.location == second.location == third.location
        assert "已签到" in phone.follow(third).text
        assert len(rows()) == visits(week) == 1

    def test_another_browser_is_another_visitor(self, phone, another, token, week):
        phone.tap(token)
        another().tap(token)
        assert visits(week) == 2

    def test_it_counts_when_the_page_was_opened_not_when_the_choice_was_made(self, phone, token, at):
        ticket = phone.ticket(token)
        at(NINE + minutes(14))
        phone.post(token, ticket)
        assert [(row.at, row.flags) for row in rows()] == [(NINE, 0)]

    def test_every_spelling_of_the_address_works(self, phone, token):
        spellings = (
            f"/V/{token}",
            f"/v/{token.lower()}",
            f"/v/{token}/",
            f"/V/{token.lower()}/?from=singlemessage",
        )
        assert [phone.get(path).status_code for path in spellings] == [200, 200, 200, 200]
        ticket = TICKET.search(phone.get(f"/v/{token.lower()}/").text)[1]
        answer = phone.client.post(f"/v/{token.lower()}/", data={"ticket": ticket, "group": "public"})
        assert "verdict-stored" in phone.follow(answer).text

    def test_in_english(self, another, token):
        phone = another(language="en")
        assert "Which group do you belong to?" in phone.open(token).text
        assert "Checked in" in phone.tap(token).text


class TestTheRotatingCode:
    @pytest.fixture
    def screen(self, event):
        return venue_codes.code_for_event(event, NINE, venue_codes.CodeMethod.ROTATING)

    def test_it_is_told_apart_from_a_poster(self, phone, screen):
        assert "已签到" in phone.tap(screen.token(NINE)).text
        assert [row.method for row in rows()] == ["rotating"]

    def test_it_may_change_while_the_visitor_chooses(self, phone, screen, at):
        token = screen.token(NINE)
        ticket = phone.ticket(token)
        at(NINE + minutes(10))
        assert "已签到" in phone.follow(phone.post(token, ticket)).text

    @pytest.mark.parametrize("age", [timedelta(minutes=2), timedelta(hours=5), timedelta(days=3)])
    def test_an_old_one_is_refused(self, phone, screen, age):
        page = phone.open(screen.token(NINE - age))
        assert page.status_code == 410
        assert "请扫描当前显示的码" in page.text
        assert "Set-Cookie" not in page.headers


class TestTheMark:
    def test_only_the_landing_sets_it_and_only_its_keyed_hash_is_kept(self, phone, token):
        landed = phone.open(token)
        set_by = landed.headers["Set-Cookie"]
        assert re.search(r"^ow_browser=[\w-]{32};", set_by)
        assert {"HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={30 * 86400}"} <= set(set_by.split("; "))
        assert "Secure" not in set_by
        cookie = phone.client.get_cookie("ow_browser").value
        answer = phone.post(token, TICKET.search(landed.text)[1])
        shown = phone.follow(answer)
        assert "ow_browser" not in answer.headers.get("Set-Cookie", "") + shown.headers.get("Set-Cookie", "")
        [row] = rows()
        assert row.holder == browser_hash.holder_of(cookie)
        assert re.fullmatch(r"b:[0-9a-f]{32}", row.holder)
        assert cookie not in row.holder

    def test_it_is_secure_on_https(self, client, token):
        answer = client.get(f"/V/{token}", base_url="https://openweek.test")
        assert "Secure" in answer.headers["Set-Cookie"].split("; ")

    def test_without_it_the_page_says_what_to_do(self, app, phone, token):
        ticket = phone.ticket(token)
        forgetful = Phone(app.test_client(use_cookies=False))
        answer = forgetful.post(token, ticket)
        assert answer.status_code == 400
        assert "请允许本页使用 Cookie 后重新扫码" in answer.text
        assert rows() == []


class TestTickets:
    def test_one_of_another_browser_opens_nothing(self, phone, another, token):
        thief = another()
        thief.open(token)
        answer = thief.post(token, phone.ticket(token))
        assert (answer.status_code, rows()) == (400, [])
        assert "请重新扫描现场码" in answer.text

    def test_one_of_another_code_opens_nothing(self, phone, token, week):
        other = venue_codes.code_for_event(make_event(week, "另一场"), NINE).token(NINE)
        answer = phone.post(other, phone.ticket(token))
        assert (answer.status_code, rows()) == (400, [])

    @pytest.mark.parametrize("bad", ["", "x", "e30.e30"])
    def test_nonsense_opens_nothing(self, phone, token, bad):
        phone.open(token)
        assert (phone.post(token, bad).status_code, rows()) == (400, [])

    def test_every_character_is_guarded(self, phone, event, token):
        ticket = phone.ticket(token)
        code, holder = (
            venue_codes.code_for_event(event, NINE),
            browser_hash.holder_of(phone.client.get_cookie("ow_browser").value),
        )
        assert tickets.read(ticket, code, holder, NINE).opened == NINE
        for place in range(len(ticket) - 1):  # the last one carries bits that nobody reads
            changed = ticket[:place] + ("A" if ticket[place] != "A" else "B") + ticket[place + 1 :]
            with pytest.raises(tickets.ForeignTicketError):
                tickets.read(changed, code, holder, NINE)

    def test_a_printed_code_offers_to_open_the_page_again(self, phone, token, at):
        ticket = phone.ticket(token)
        at(NINE + minutes(15) + timedelta(seconds=1))
        answer = phone.post(token, ticket)
        assert (answer.status_code, rows()) == (410, [])
        assert "签到页面 15 分钟内有效" in answer.text
        assert f'href="/V/{token}"' in answer.text

    def test_a_screen_must_be_scanned_again(self, phone, event, at):
        token = venue_codes.code_for_event(event, NINE, venue_codes.CodeMethod.ROTATING).token(NINE)
        ticket = phone.ticket(token)
        at(NINE + minutes(16))
        answer = phone.post(token, ticket)
        assert answer.status_code == 410
        assert f'href="/V/{token}"' not in answer.text

    def test_a_group_that_is_not_there(self, phone, token):
        answer = phone.post(token, phone.ticket(token), "aliens")
        assert (answer.status_code, rows()) == (400, [])
        assert "没有这个群体" in answer.text
        assert "aliens" not in answer.text


class TestTheResult:
    def test_it_is_for_the_browser_that_did_it(self, phone, another, token):
        place = phone.post(token, phone.ticket(token)).location
        assert phone.get(place).status_code == 200
        stranger = another()
        assert stranger.get(place).status_code == 404
        stranger.open(token)
        page = stranger.get(place)
        assert page.status_code == 404
        assert "知识产权进校园" not in page.text

    def test_a_full_room_refuses_in_words(self, phone, another, week, at):
        token = venue_codes.code_for_event(make_event(week, "小教室", capacity=1), NINE).token(NINE)
        phone.tap(token)
        page = another().tap(token)
        assert "verdict-refused" in page.text
        assert "未签到" in page.text
        assert [row.reason for row in rows()] == [None, "full"]

    def test_cancelled_while_the_visitor_was_choosing(self, phone, event, token):
        ticket = phone.ticket(token)
        cancel(event, NINE)
        page = phone.follow(phone.post(token, ticket))
        assert "verdict-refused" in page.text
        assert "知识产权进校园" in page.text
        assert [row.reason for row in rows()] == ["not_open"]


class TestTroubles:
    @pytest.mark.parametrize(
        "text", [FOREIGN, f"https://pay.example/{FOREIGN}", f"{FOREIGN}?t={FOREIGN}", f"{FOREIGN}//"]
    )
    def test_a_foreign_text_is_neither_said_back_nor_logged(self, phone, week, caplog, text):
        with caplog.at_level(logging.DEBUG):
            page = phone.get(f"/V/{text}")
        assert page.status_code == 404
        assert "您扫描的不是本系统的码" in page.text
        assert FOREIGN not in page.text
        assert FOREIGN not in caplog.text
        assert db.session.scalar(select(func.count(Scan.number))) == 0

    def test_a_forged_code(self, phone, token):
        forged = token[:-1] + ("A" if token[-1] != "A" else "B")
        assert phone.open(forged).status_code == 404
        assert phone.post(forged, "x").status_code == 404

    def test_a_reissued_or_revoked_poster(self, phone, event, token):
        code = venue_codes.code_for_event(event, NINE)
        for change in ({"issue": 2}, {"issue": 1, "revoked_at": NINE}):
            with transaction():
                for name, value in change.items():
                    setattr(code, name, value)
            page = phone.open(token)
            assert page.status_code == 410
            assert "这张海报已被新版替换" in page.text

    @pytest.mark.parametrize("change", [{"issue": 2}, {"revoked_at": NINE + minutes(1)}])
    def test_a_poster_revoked_between_opening_and_choosing(self, phone, another, event, token, at, change):
        kept, late = phone, another()
        ticket, late_ticket = kept.ticket(token), late.ticket(token)
        address = kept.post(token, ticket).headers["Location"]
        with transaction():
            for name, value in change.items():
                setattr(venue_codes.code_for_event(event, NINE), name, value)
        at(NINE + minutes(2))
        page = late.post(token, late_ticket)
        assert page.status_code == 410
        assert "您打开页面后，这张海报已停用，因此未签到" in page.text
        assert db.session.scalar(select(func.count(Scan.number))) == 1
        # The second tap of whoever checked in before is shown the check-in.
        again = kept.post(token, ticket)
        assert (again.status_code, again.headers["Location"]) == (303, address)

    def test_before_and_after_the_event(self, phone, token, at):
        at(NINE - minutes(61))
        page = phone.open(token)
        assert page.status_code == 409
        assert "2024年4月22日 周一 08:00" in page.text
        assert "ow_browser" not in page.headers.get("Set-Cookie", "")
        at(NINE + timedelta(hours=3))
        page = phone.open(token)
        assert page.status_code == 409
        assert "2024年4月22日 周一 12:00" in page.text

    def test_an_event_without_clock_times_opens_with_its_day(self, phone, week, at):
        event = make_event(week, "展览", occurrences=(OccurrenceDraft(DAY, DAY + timedelta(days=1)),))
        token = venue_codes.code_for_event(event, NINE).token(NINE)
        assert phone.open(token).status_code == 200
        at(NINE - timedelta(days=1))
        assert "2024年4月22日 周一开始签到" in phone.open(token).text
        at(NINE + timedelta(days=2))
        assert "2024年4月23日 周二结束" in phone.open(token).text

    def test_between_two_occurrences_the_next_one_is_named(self, phone, week, at):
        later = NINE + timedelta(days=1)
        occurrences = (session(), session(later, 2, DAY + timedelta(days=1)))
        token = venue_codes.code_for_event(make_event(week, occurrences=occurrences), NINE).token(NINE)
        at(NINE + timedelta(hours=9))
        page = phone.open(token)
        assert page.status_code == 409
        assert "2024年4月23日 周二 08:00" in page.text

    def test_a_cancelled_event(self, phone, event, token):
        cancel(event, NINE)
        page = phone.open(token)
        assert page.status_code == 410
        assert "该活动已取消" in page.text

    def test_a_withdrawn_event(self, phone, event, token):
        withdraw(event, NINE)
        page = phone.open(token)
        assert page.status_code == 410
        assert "知识产权进校园" not in page.text


def test_nothing_of_these_pages_is_kept_indexed_or_referred(phone, token):
    ticket = phone.ticket(token)
    posted = phone.post(token, ticket)
    wrong_method = phone.client.put(f"/V/{token}")
    answers = (phone.open(token), posted, phone.get(posted.location), phone.open(FOREIGN), wrong_method)
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_a_page_asks_the_database_as_often_for_one_occurrence_as_for_many(phone, week, at, count_queries):
    counts = []
    phone.open(
        venue_codes.code_for_event(make_event(week, "第一场"), NINE).token(NINE)
    )  # has a cookie from here on
    for number in (1, 30):
        occurrences = tuple(session(NINE, 2, DAY) for _ in range(number))
        token = venue_codes.code_for_event(
            make_event(week, f"{number}场", occurrences=occurrences), NINE
        ).token(NINE)
        db.session.expunge_all()
        with count_queries() as queries:
            assert phone.open(token).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
