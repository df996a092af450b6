"""30 days after the last seal no scan tells its pass or phone any more, and every number is what it was."""

import threading
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace
from sqlalchemy import event as sql_event
from sqlalchemy import func, or_, select, text
from sqlalchemy.engine import Engine

from models.checkin.admit import Submission, admit, admit_together
from models.checkin.attempt import Attempt
from models.checkin.scan_source import ScanSource
from models.codes import pass_lookup, passes
from models.db import db, on_postgresql, transaction
from models.errors import Conflict
from models.figures.checks.answers import CheckAnswer, answer
from models.figures.count import figures
from models.figures.recount.comparison import verify
from models.ledger import sums
from models.ledger.tables import Flag, Presence, Resend, Scan, ScanKind, Verdict
from models.operations import holder_links, retention, tick
from models.registration import lists, registrations
from models.registration.registrations import new_secret
from models.registration.requests import RegistrationRequest
from models.summaries import handing_in, seal
from models.summaries.part import Part
from models.summaries.seal import Verdict as SealVerdict
from models.visitors import draws
from models.visitors.find_card import holder_of_card
from models.visitors.stamp_card import card_of
from models.visitors.tables import Redemption
from tests.support.records.people import make_people
from tests.support.records.registering import BEFORE as BEFORE_THE_WEEK
from tests.support.records.registering import offer
from tests.support.records.week import NINE, load_week, make_device, make_event, minutes

WEEK_OVER = NINE + timedelta(days=10)
BEFORE = WEEK_OVER + holder_links.KEPT - timedelta(seconds=1)
DUE = WEEK_OVER + holder_links.KEPT


@pytest.fixture
def week(app):
    """One pass at two events and again at the first, a class, a pass that is refused, somebody who touches; sealed."""
    campaign = load_week()
    people = make_people(campaign)
    lecture, nanjing = make_device(people.lecture), make_device(people.nanjing)
    one, other, _idle = (row.token for row in passes.issue(campaign, "youth", NINE, count=3))
    [school] = passes.issue(campaign, "youth", NINE, headcount=40)
    first = uuid4()
    lecture.scan(one, id=first)
    lecture.scan(one, NINE + minutes(5))
    nanjing.scan(one, NINE + minutes(30))
    lecture.scan(other)
    lecture.scan(other, NINE + timedelta(days=3))  # not open
    nanjing.scan(school.token, headcount=38)
    nanjing.touch("public", headcount=3)
    holder = db.session.scalars(select(Scan.holder).where(Scan.id == first)).one()
    with transaction():
        db.session.add(
            Redemption(
                campaign_id=campaign.id, reward="badge", holder=holder, event_id=people.lecture.id, at=NINE
            )
        )
    sealed = handing_in.hand_in(Part(campaign, "320723"), people.lian, WEEK_OVER)
    return campaign, people, lecture, (first, one), sealed


def linked():
    of_holder = or_(Scan.holder.like("p:%"), Scan.holder.like("b:%"))
    scans = select(func.count()).select_from(Scan).where(or_(Scan.pass_id.is_not(None), of_holder))
    rows = (table.holder.like("p:%") for table in (Presence, Redemption))
    return db.session.scalar(scans), *(db.session.scalar(select(func.count()).where(one)) for one in rows)


def numbers(campaign):
    by = [figures(campaign, NINE, (name,)) for name in ("audience", "event", "day")]
    return [(one.visits, one.participants, sorted(map(str, one.rows))) for one in by]


def test_links_go_and_numbers_stay(week):
    campaign, _people, lecture, (first, token), sealed = week
    assert linked() == (6, 4, 1)
    before = numbers(campaign)
    assert (holder_links.count_due(BEFORE), holder_links.destroy_due(BEFORE)) == (0, 0)
    assert holder_links.count_due(DUE) == 6
    tick.tick(DUE, destroy=False)
    assert (linked(), holder_links.count_due(DUE)) == ((6, 4, 1), 6)
    tick.tick(DUE)
    assert (linked(), holder_links.count_due(DUE)) == ((0, 0, 0), 0)
    assert numbers(campaign) == before
    assert verify(campaign).differences == []
    key = db.session.get_one(handing_in.SigningKey, sealed.key_id)
    assert seal.check(handing_in.file_of(sealed), [key.public]).verdict == SealVerdict.GENUINE
    rewarded = db.session.scalars(select(Redemption.holder)).one()
    assert rewarded == db.session.scalars(select(Scan.holder).where(Scan.id == first)).one()
    # A device that sends its scan again, however late, gets the first answer.
    again = lecture.scan(token, id=first, now=DUE)
    assert (again.verdict, again.again, again.flags) == (Verdict.STORED, True, Flag.NONE)


def test_some_at_a_time_and_what_comes_later(week, monkeypatch):
    campaign, _people, lecture, (_first, token), _sealed = week
    before = numbers(campaign)
    monkeypatch.setattr(holder_links, "AT_ONCE", 2)
    monkeypatch.setattr(holder_links, "IN_A_TICK", 1)
    assert [holder_links.destroy_due(DUE) for _ in range(4)] == [2, 2, 1, 0]
    assert (linked(), numbers(campaign)) == ((0, 0, 0), before)
    lecture.scan(token, NINE + minutes(20), now=DUE)
    assert sum(count for _rule, count in retention.due(DUE)) == 1
    assert sum(count for _rule, count in retention.delete_due(DUE)) == 1
    assert verify(campaign).differences == []


PHONE = "b:" + "7" * 32


def visit_of_phone(minute):
    return Attempt(
        uuid4(), ScanKind.VENUE, NINE + minutes(minute), group="public", holder=PHONE, method="printed"
    )


def test_scans_of_a_later_batch_lose_their_pass_phone_and_digest(week, monkeypatch):
    campaign, people, _lecture, _first, _sealed = week
    phone = ScanSource(campaign, lambda _at: [people.lecture.id])
    earlier, later = visit_of_phone(1), visit_of_phone(9)
    admit([earlier, later], phone, NINE + minutes(9))
    admit([replace(later, group="youth")], phone, NINE + minutes(10))  # kept beside the first answer
    for event in (people.lecture, people.nanjing):
        answer(event, "one_browser", PHONE[:12], "accept", "A class with one phone", people.lian, NINE)
    before = numbers(campaign)
    monkeypatch.setattr(holder_links, "AT_ONCE", 1)
    while holder_links.destroy_due(DUE):
        pass
    assert (linked(), numbers(campaign)) == ((0, 0, 0), before)
    renamed = select(Scan.digest).where(Scan.holder.like("x:%"))
    assert db.session.scalars(renamed).all() == [b""] * 7
    assert db.session.scalars(select(Resend.digest)).all() == [b""]
    [holder] = db.session.scalars(select(Scan.holder).where(Scan.id.in_((earlier.id, later.id))).distinct())
    assert db.session.scalars(select(CheckAnswer.key)).all() == [holder[:12]] * 2
    assert verify(campaign).differences == []


def test_a_late_upload_at_the_same_moment(app, week, monkeypatch):
    """It has read the holder's other visits, and a later number is stored before it ends."""
    campaign, _people, lecture, (_first, token), _sealed = week
    before = figures(campaign, NINE).participants
    source = make_device(make_event(campaign)).source()
    refused = Attempt(uuid4(), "touch", DUE, group="public")
    counted, ended = threading.Event(), threading.Event()
    original = sums.added_by

    def added_by(changes):
        result = original(changes)
        if changes:
            counted.set()
            assert ended.wait(20)
        return result

    monkeypatch.setattr(sums, "added_by", added_by)

    def run(work) -> threading.Thread:
        def inside() -> None:
            with app.app_context():
                work()
                db.session.remove()

        thread = threading.Thread(target=inside)
        thread.start()
        return thread

    db.session.rollback()
    upload = run(lambda: admit([Attempt(uuid4(), "pass", NINE, code=token)], source, DUE))
    assert counted.wait(20)
    if on_postgresql():
        beside = Submission([refused], lecture.source(), DUE, None)
        beside.decode()
        admit_together([beside])
    destroying = run(lambda: holder_links.destroy_due(DUE))
    while on_postgresql() and destroying.is_alive() and not waits_for_a_lock():
        time.sleep(0.01)
    ended.set()
    upload.join()
    destroying.join()
    db.session.rollback()
    holder_links.destroy_due(DUE)
    assert (linked(), figures(campaign, NINE).participants) == ((0, 0, 0), before)
    assert verify(campaign).differences == []


def waits_for_a_lock():
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    count = db.session.scalar(waiting)
    db.session.rollback()
    return count > 0


def test_a_tick_that_finds_nothing_does_not_search_under_the_write_lock(week):
    lecture = week[2]
    holder_links.destroy_due(DUE)
    lecture.touch("public", now=DUE)  # stands for a scan of a later week
    searched = []

    def note(connection, _cursor, statement, *_rest) -> None:
        if "scan.campaign_id =" in statement:
            searched.append(bool(connection.get_execution_options().get("openweek_write")))

    sql_event.listen(Engine, "before_cursor_execute", note)
    try:
        assert [holder_links.destroy_due(DUE) for _ in range(2)] == [0, 0]
    finally:
        sql_event.remove(Engine, "before_cursor_execute", note)
    assert searched == [False]  # once, then the mark says that it was looked at


def test_a_week_of_which_nothing_was_sealed_keeps_them(app):
    campaign = load_week()
    device = make_device(make_people(campaign).lecture)
    device.scan(passes.issue(campaign, "youth", NINE)[0].token)
    assert holder_links.due_at(campaign) is None
    assert holder_links.destroy_due(DUE + timedelta(days=1000)) == 0
    assert linked()[0] == 1


def test_pages_that_find_no_visits_say_so(week):
    campaign, people, lecture, (_first, token), _sealed = week
    assert card_of(campaign, pass_lookup.read_pass(token).holder).destroyed_at is None
    draw = draws.prepare(people.lecture, NINE.date(), 1, NINE)
    tick.tick(DUE)
    card = card_of(campaign, pass_lookup.read_pass(token).holder)
    assert (card.stamps, card.destroyed_at) == ((), DUE)
    for act in (
        lambda: holder_of_card(campaign, token),
        lambda: draws.carry_out(draw, DUE),
        lambda: draws.prepare(people.lecture, NINE.date(), 1, DUE),
    ):
        with pytest.raises(Conflict, match=r"^Since 2024-06-0. nobody can tell which pass"):
            act()
    lecture.scan(token, NINE + minutes(20), now=DUE)
    tick.tick(DUE + timedelta(days=1))
    assert card_of(campaign, pass_lookup.read_pass(token).holder).destroyed_at == DUE  # the first time stays


def test_who_did_not_come_is_counted_before(app):
    campaign = load_week()
    people = make_people(campaign)
    rule = offer(people.lecture, 50)
    rows = [
        registrations.register(rule, RegistrationRequest("youth", heads), new_secret(), BEFORE_THE_WEEK)
        for heads in (1, 1, 30)
    ]
    device = make_device(people.lecture)
    device.scan(rows[0].issued.token)
    device.scan(rows[2].issued.token, headcount=28)
    handing_in.hand_in(Part(campaign, "320723"), people.lian, WEEK_OVER)
    assert lists.sums(rule, DUE).missing == 1 + 2
    tick.tick(DUE)
    assert linked()[0] == 0
    assert (rule.missing, lists.sums(rule, DUE).missing) == (3, 3)
    device.scan(rows[1].issued.token, NINE + minutes(20), now=DUE)  # handed in after that
    tick.tick(DUE + timedelta(days=1))
    assert lists.sums(rule, DUE).missing == 3
