"""Links go out by mail where a server is configured; a real one stands here."""

from dataclasses import replace
from datetime import time, timedelta
from email import message_from_bytes, policy

import click
import pytest
from aiosmtpd.controller import Controller

from models import clock
from models.desk import reminders
from models.publishing import lifecycle
from models.summaries import handing_in
from models.summaries.deadline import deadline_of
from models.summaries.part import Part
from tests.support.records.people import sign_in
from tests.support.records.week import NINE
from tests.support.servers.served_application import free_port
from tests.web.desk.accounts.test_accounts import NEW, choose, invite, link_on
from web.desk import reminder_mails
from wsgi import create_app


class Inbox:
    """What a mail server was handed."""

    def __init__(self) -> None:
        self.messages: list = []

    async def handle_DATA(self, _server, _session, envelope) -> str:
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def server(inbox):
    server = Controller(inbox, hostname="127.0.0.1", port=free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def settings(settings, server):
    return settings | {"OPENWEEK_SMTP_URL": f"smtp://127.0.0.1:{server.port}?from=desk@week.example.cn"}


def test_what_is_missing_is_sent_once_to_who_can_add_it(app, people, inbox):
    for event in people.everything[1:]:
        lifecycle.withdraw(event, NINE)
    reminders.remind(NINE)
    assert reminder_mails.send_due(NINE) == 2
    assert [message["To"] for message in inbox.messages] == [people.gu.email, people.he.email]
    text = inbox.messages[0].get_content()
    assert text.count(f"http://openweek.test/desk/events/{people.lecture.id}") == 2  # in both languages
    assert text.count("专题讲座") == 2
    assert "No venue" in text
    reminders.remind(NINE + timedelta(minutes=1))
    assert reminder_mails.send_due(NINE + timedelta(minutes=1)) == 0


def test_summaries_that_are_due_and_late_are_sent_once_to_their_offices_and_the_committee(
    app, people, inbox, english, monkeypatch
):
    campaign = people.lecture.campaign
    handing_in.hand_in(Part(campaign, "320723"), people.lian, NINE)
    handing_in.hand_in(Part(campaign, "660000"), people.bao, NINE)
    handing_in.send_back(handing_in.latest(Part(campaign, "660000")), "缺少经验做法", people.cui, NINE)
    due = deadline_of(campaign).day
    soon, late = (clock.at_local(due + timedelta(days=days), time(9), campaign.zone) for days in (-2, 1))
    assert reminder_mails.send_due(soon - timedelta(days=4)) == 0
    for moment, words in ((soon, "2 days left"), (late, "1 day ago")):
        inbox.messages.clear()
        with monkeypatch.context() as away:
            away.setitem(app.config, "MAIL_SERVER", replace(app.config["MAIL_SERVER"], port=1))
            assert reminder_mails.send_due(moment) == 0
        assert reminder_mails.send_due(moment) == 5
        assert [message["To"] for message in inbox.messages] == [
            account.email for account in (people.su, people.bao, people.cui, people.gang, people.fa)
        ]
        texts = [message.get_content() for message in inbox.messages]
        assert all(words in text for text in texts)
        assert "本单位总结材料尚未报送" in texts[0]
        assert "32 regions have not handed in: Beijing" in texts[2]
        assert reminder_mails.send_due(moment) == 0
    monkeypatch.setattr("models.clock.now", lambda: late)
    for account, words in (
        (people.cui, "32 regions have not"),
        (people.su, "your office is not handed in yet"),
    ):
        sign_in(english, account)
        assert words in english.get("/desk/").text


def test_an_office_is_told_once_that_its_summary_was_sent_back(app, people, inbox, monkeypatch):
    part = Part(people.lecture.campaign, "660000")
    sealed = handing_in.hand_in(part, people.bao, NINE)
    assert reminder_mails.send_due(NINE) == 0
    handing_in.send_back(sealed, "缺少经验做法", people.cui, NINE)
    with monkeypatch.context() as away:
        away.setitem(app.config, "MAIL_SERVER", replace(app.config["MAIL_SERVER"], port=1))
        assert reminder_mails.send_due(NINE) == 0
    assert [reminder_mails.send_due(NINE) for _ in range(2)] == [1, 0]
    [message] = inbox.messages
    assert message["To"] == people.bao.email
    assert message.get_content().count("缺少经验做法") == 2  # in both languages
    handing_in.send_back(handing_in.hand_in(part, people.bao, NINE), "还缺图片", people.cui, NINE)
    assert reminder_mails.send_due(NINE + timedelta(days=3)) == 0  # no news any more
    handing_in.hand_in(part, people.bao, NINE)
    assert reminder_mails.send_due(NINE) == 0  # nor where it is handed in again


def test_reminders_wait_while_the_mail_server_is_away(app, people, monkeypatch):
    for event in people.everything[1:]:
        lifecycle.withdraw(event, NINE)
    reminders.remind(NINE)
    with monkeypatch.context() as away:
        away.setitem(app.config, "MAIL_SERVER", replace(app.config["MAIL_SERVER"], port=1))
        assert reminder_mails.send_due(NINE) == 0
    assert [one.event_id for one in reminders.unsent()] == [people.lecture.id]
    assert reminder_mails.send_due(NINE) == 2
    assert reminders.unsent() == []


def test_an_invitation_and_a_link_are_sent(app, english, people, inbox):
    sign_in(english, people.lian)
    invite(english)
    (message,) = inbox.messages
    assert (message["To"], message["From"]) == (NEW, "desk@week.example.cn")
    link = link_on(english)
    text = message.get_content()
    assert text.count("http://openweek.test" + link) == 2  # in Chinese and in English
    assert "灌云县知识产权局" in text
    assert choose(app.test_client(), link).status_code == 303
    english.post(f"/desk/accounts/{people.gu.id}/reset")
    assert inbox.messages[1]["To"] == "gu@example.cn"
    assert "24" in inbox.messages[1].get_content()


def test_a_server_that_is_away_keeps_nobody_from_inviting(app, english, people):
    app.config["MAIL_SERVER"] = replace(app.config["MAIL_SERVER"], port=1)
    sign_in(english, people.lian)
    assert invite(english).status_code == 303
    page = english.get("/desk/accounts/").text
    assert "It could not be sent by mail." in page
    assert 'id="shown"' in page


@pytest.mark.parametrize(
    "value", ["mail.example.cn", "smtp://mail.example.cn", "http://x?from=a@b.cn", "smtp://?from=a@b.cn", "smtp://x:y?from=a@b.cn"]
)  # fmt: skip
def test_a_wrong_address_stops_the_start(settings, value):
    with pytest.raises(click.ClickException, match="OPENWEEK_SMTP_URL"):
        create_app(settings | {"OPENWEEK_SMTP_URL": value})
