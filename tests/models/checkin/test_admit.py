"""The one way into the ledger: verdicts, reasons, flags, and which row counts, whatever the order of arrival."""

import dataclasses
import random
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from models.campaigns import file
from models.checkin import admit
from models.checkin.attempt import Attempt
from models.codes import passes
from models.corrections import scan_review
from models.db import db, transaction
from models.devices import kiosks
from models.errors import NotFound
from models.events.draft import OccurrenceDraft
from models.figures.count import figures
from models.figures.recount.comparison import verify
from models.ledger.occupancy import occupancy
from models.ledger.tables import Counter, Flag, Presence, Resend, Scan
from models.operations import campaign_loader
from models.publishing.lifecycle import cancel
from tests.support.records.week import DAY, NINE, load_week, make_device, make_event, minutes, session


@pytest.fixture
def week(app):
    return load_week()


@pytest.fixture
def device(week):
    return make_device(make_event(week))


def issue(week, group="youth", **fields):
    return passes.issue(week, group, NINE - timedelta(days=3), **fields)[0]


def visits(week):
    return figures(week, NINE).visits


def told(answer):
    return answer.verdict, answer.reason


def test_a_pass_is_a_visit_once(week, device):
    token = issue(week).token
    first = device.scan(token)
    second = device.scan(token, NINE + minutes(5))
    assert (first.verdict, first.group, first.headcount, first.flags) == ("stored", "youth", 1, Flag.NONE)
    assert (second.verdict, second.since) == ("repeat", NINE)
    counted = figures(week, NINE)
    assert (counted.visits, counted.participants, counted.methods["pass"]) == (1, 1, 1)
    assert verify(week).agrees


def test_the_same_id_three_times_is_one_row_and_one_answer(week, device):
    token, scan_id = issue(week).token, uuid4()
    answers = [device.scan(token, id=scan_id) for _ in range(3)]
    assert [(a.verdict, a.again, a.flags) for a in answers] == [
        ("stored", False, Flag.NONE), ("stored", True, Flag.NONE), ("stored", True, Flag.NONE),
    ]  # fmt: skip
    assert db.session.scalars(select(Scan.id)).all() == [scan_id]
    assert visits(week) == 1


def test_the_same_id_twice_in_one_batch(week, device):
    scan_id = uuid4()
    one = Attempt(scan_id, "touch", NINE, group="youth", headcount=2)
    other = Attempt(scan_id, "touch", NINE, group="public", headcount=5)
    first, same, conflict = device.hand_in(one, one, other)
    assert [first.again, same.again, conflict.again] == [False, True, True]
    assert (same.flags, conflict.flags) == (Flag.NONE, Flag.CONFLICT)
    assert (conflict.group, conflict.headcount) == ("youth", 2)
    assert visits(week) == 2


def test_the_same_id_with_other_content_is_kept_as_a_conflict(week, device):
    scan_id = uuid4()
    device.touch("youth", id=scan_id)
    again = device.touch("public", id=scan_id, headcount=30)
    assert (again.verdict, again.group, again.again, again.flags) == ("stored", "youth", True, Flag.CONFLICT)
    assert [(row.scan_id, row.group, row.headcount) for row in db.session.scalars(select(Resend))] == [
        (scan_id, "public", 30)
    ]
    assert visits(week) == 1


def test_another_content_is_kept_once_however_often_it_comes(week, device):
    scan_id = uuid4()
    for headcount in (1, 30, 30, 31, 30):
        device.touch("public", id=scan_id, headcount=headcount)
    assert db.session.scalars(select(Resend.headcount).order_by(Resend.id)).all() == [30, 31]


def test_a_green_shown_after_a_refusal_is_not_lost(week):
    """The answer was lost on the way; the device then let the person in by itself."""
    device = make_device(make_event(week, capacity=1))
    device.touch("youth")
    scan_id, token = uuid4(), issue(week).token
    assert told(device.scan(token, id=scan_id)) == ("refused", "full")
    again = device.scan(token, id=scan_id, shown="stored")
    assert (again.verdict, again.again, again.flags) == ("refused", True, Flag.CONFLICT)
    assert db.session.scalars(select(Resend.shown)).all() == ["stored"]


def test_codes_that_are_refused(week, device):
    other = make_event(week, "另一场", region_code="320700")
    token = issue(week).token
    forged = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    assert told(device.scan("https://pay.example/f2f0Sg")) == ("refused", "unknown_code")
    assert told(device.scan(forged)) == ("refused", "bad_signature")
    assert told(device.scan(issue(week, event=other).token)) == ("refused", "wrong_event")
    revoked = issue(week)
    passes.revoke(revoked.id, NINE - minutes(1))
    assert told(device.scan(revoked.token)) == ("refused", "revoked")
    assert told(device.scan(token, NINE - minutes(61))) == ("refused", "not_open")
    assert told(device.scan(token, NINE + minutes(181))) == ("refused", "not_open")
    assert told(device.touch("martians")) == ("refused", "bad_scan")
    assert visits(week) == 0
    assert len(db.session.scalars(select(Scan)).all()) == 7


def test_a_foreign_code_leaves_no_text(week, device):
    text = "https://pay.example/secret-number"
    device.scan(text)
    row = db.session.scalars(select(Scan)).one()
    assert (row.code_length, len(row.code_hash), row.holder, row.group) == (len(text), 64, None, None)
    assert "secret-number" not in "".join(str(value) for value in vars(row).values())


def test_what_tells_a_resend_cannot_be_searched_for_a_foreign_code(week, device):
    """An identity number is short enough to try them all: a plain hash of it would be as good as the number."""
    attempt = Attempt(uuid4(), "pass", NINE, code="11010519491231002X")
    device.hand_in(attempt)
    row = db.session.scalars(select(Scan)).one()
    assert len(row.digest) == 16
    assert row.digest != attempt.fingerprint()[:16]


def test_a_pass_of_another_campaign(week, device):
    other = campaign_loader.load_campaign(
        dataclasses.replace(file.default_campaign_file(), id="other", number=9)
    )
    assert told(device.scan(issue(other).token)) == ("refused", "wrong_campaign")


def test_whom_a_device_let_in_is_stored_and_flagged(week):
    device = make_device(make_event(week, capacity=1))
    device.touch("public")
    revoked = issue(week)
    passes.revoke(revoked.id, NINE - minutes(1))
    full = device.scan(issue(week).token, shown="stored")
    outside = device.scan(issue(week).token, NINE + timedelta(hours=9), shown="stored")
    held = device.scan(revoked.token, shown="stored")
    assert (full.verdict, full.flags) == ("stored", Flag.OVER_CAPACITY)
    assert (outside.verdict, outside.flags) == ("stored", Flag.OUTSIDE_HOURS | Flag.OVER_CAPACITY)
    assert (held.verdict, held.flags) == ("stored", Flag.REVOKED_PASS)
    assert visits(week) == 3
    scan_review.decide(held.id, "accept", "Checked by phone", None, NINE)
    assert visits(week) == 4
    scan_review.decide(full.id, "set_aside", "Twice by mistake", None, NINE)
    assert visits(week) == 3
    assert verify(week).agrees


def test_a_pass_used_before_its_revocation_counts(week, device):
    made = issue(week)
    passes.revoke(made.id, NINE + minutes(30))
    answer = device.scan(made.token, NINE, now=NINE + minutes(40))
    assert (answer.verdict, answer.flags) == ("stored", Flag.LATE)


def test_group_passes_raise_and_never_lower(week, device):
    token = issue(week, headcount=45).token
    first = device.scan(token, headcount=40)
    raised = device.scan(token, NINE + minutes(1), headcount=43)
    lower = device.scan(token, NINE + minutes(2), headcount=30)
    above = device.scan(token, NINE + minutes(3), headcount=47)
    assert (first.verdict, first.headcount, first.flags) == ("stored", 40, Flag.NONE)
    assert (raised.verdict, raised.flags) == ("stored", Flag.RAISED)
    assert (lower.verdict, lower.since) == ("repeat", NINE)
    assert (above.verdict, above.flags) == ("stored", Flag.RAISED | Flag.ABOVE_DECLARED)
    counted = figures(week, NINE)
    assert (counted.visits, counted.participants) == (47, 47)


def test_a_group_pass_counts_as_declared_when_nobody_confirms(week, device):
    assert device.scan(issue(week, headcount=45).token).headcount == 45
    assert visits(week) == 45


def test_undo_promotes_the_next_row(week, device):
    token = issue(week).token
    first = device.scan(token)
    device.scan(token, NINE + timedelta(hours=1, minutes=30))
    undo = device.undo(first.id, NINE + minutes(10))
    assert undo.verdict == "stored"
    assert [row["hour"] for row in figures(week, NINE, ("hour",)).rows] == [10]
    assert visits(week) == 1
    assert device.undo(first.id, NINE + minutes(11)).verdict == "repeat"
    assert verify(week).agrees


def test_an_earlier_scan_handed_in_late_demotes_the_later(week, device):
    token = issue(week).token
    device.scan(token, NINE + timedelta(hours=1, minutes=5))
    late = device.scan(token, NINE, now=NINE + timedelta(hours=2))
    assert (late.verdict, late.flags) == ("stored", Flag.LATE)
    assert [(row["hour"], row["visits"]) for row in figures(week, NINE, ("hour",)).rows] == [(9, 1)]
    assert verify(week).agrees


def test_who_may_undo_what(week, device):
    mine = device.touch("youth")
    other = make_device(make_event(week, "别处", lead=None))
    event = db.session.get(type(device.kiosk.services[0].event), device.kiosk.services[0].event_id)
    beside, chief = make_device(event), make_device(event, supervisor=True)
    assert told(beside.undo(mine.id)) == ("refused", "not_allowed")
    assert told(other.undo(mine.id)) == ("refused", "not_allowed")
    assert told(device.undo(mine.id, NINE + minutes(16))) == ("refused", "not_allowed")
    undone = chief.undo(mine.id, NINE + timedelta(hours=5))
    assert undone.verdict == "stored"
    assert told(device.undo(undone.id, NINE + timedelta(hours=5))) == ("refused", "bad_scan")
    assert visits(week) == 0


def test_an_undo_that_can_never_take_effect_is_not_stored(week):
    """The target was refused, so there is nothing to take out."""
    device = make_device(make_event(week, capacity=1))
    device.touch("youth")
    refused = device.touch("youth")
    assert told(refused) == ("refused", "full")
    assert device.undo(refused.id).verdict == "repeat"
    assert (visits(week), verify(week).agrees) == (1, True)


def test_a_supervisor_undoes_own_scans_too_after_moving_on(week):
    """The device served one event, then another: what it scanned before is still its own for 15 minutes."""
    first, second = make_event(week), make_event(week, "下一场")
    chief = make_device(first, supervisor=True)
    mine = chief.touch("youth")
    with transaction():
        chief.kiosk.services[0].until = NINE + minutes(1)
        chief.kiosk.services.append(kiosks.KioskService(event_id=second.id, since=NINE + minutes(1)))
    assert chief.undo(mine.id, NINE + minutes(2)).verdict == "stored"
    assert (visits(week), verify(week).agrees) == (0, True)


def test_an_undo_before_its_target(week, device):
    scan_id = uuid4()
    assert device.undo(scan_id).verdict == "stored"
    late = device.scan(issue(week).token, id=scan_id, now=NINE + minutes(3))
    assert late.verdict == "stored"
    assert visits(week) == 0
    other = make_device(make_event(week, "别处"))
    mine = uuid4()
    device.undo(mine)
    other.touch("youth", id=mine)
    assert visits(week) == 1  # another device's undo does not reach it
    assert verify(week).agrees


def test_a_supervisor_s_early_undo_reaches_no_further_than_a_late_one(week, device):
    chief, scan_id = make_device(make_event(week, "别处"), supervisor=True), uuid4()
    chief.undo(scan_id)
    device.touch("youth", id=scan_id)
    assert (visits(week), verify(week).agrees) == (1, True)


def test_undo_and_target_in_one_batch(week, device):
    scan_id = uuid4()
    target = Attempt(scan_id, "touch", NINE, group="youth", headcount=3)
    undo = Attempt(uuid4(), "undo", NINE + minutes(1), undoes=scan_id)
    assert [a.verdict for a in device.hand_in(undo, target)] == ["stored", "stored"]
    assert visits(week) == 0


def test_coming_and_going(week):
    device = make_device(make_event(week, capacity=2))
    token = issue(week).token
    device.scan(token)
    device.touch("public", NINE + minutes(1))
    assert told(device.scan(issue(week).token, NINE + minutes(2))) == ("refused", "full")
    out = device.scan(token, NINE + minutes(3), direction="out")
    assert out.verdict == "stored"
    assert device.scan(token, NINE + minutes(4), direction="out").verdict == "repeat"
    back = device.scan(token, NINE + minutes(5))
    assert (back.verdict, back.flags, back.since) == ("repeat", Flag.REENTRY, NINE)
    device.touch("public", NINE + minutes(6), direction="out")
    assert device.scan(issue(week).token, NINE + minutes(7)).verdict == "stored"
    assert visits(week) == 3
    assert verify(week).agrees


LATE_NIGHT = NINE + timedelta(hours=14)  # 23:00
AFTER_MIDNIGHT = NINE + timedelta(hours=16)  # 01:00


def two_days_of_two(week):
    """An occurrence of two days with room for two."""
    return make_event(week, occurrences=(OccurrenceDraft(DAY, DAY + timedelta(days=1), capacity=2),))


def heads_in(event):
    [occurrence] = event.occurrences
    return occupancy([occurrence.id])[occurrence.id]


def test_a_room_does_not_empty_at_midnight(week):
    event = two_days_of_two(week)
    device, one, two, three = make_device(event), *(issue(week).token for _ in range(3))
    assert [device.scan(token, LATE_NIGHT).verdict for token in (one, two)] == ["stored", "stored"]
    assert told(device.scan(three, AFTER_MIDNIGHT)) == ("refused", "full")
    # Whoever is in the room is a visit of the new day when scanned again, and needs no seat more.
    assert told(device.scan(one, AFTER_MIDNIGHT)) == ("stored", None)
    assert heads_in(event) == 2
    assert device.scan(one, AFTER_MIDNIGHT + minutes(1), direction="out").verdict == "stored"
    assert heads_in(event) == 1
    assert device.scan(three, AFTER_MIDNIGHT + minutes(2)).verdict == "stored"
    assert told(device.scan(issue(week).token, AFTER_MIDNIGHT + minutes(3))) == ("refused", "full")
    assert (visits(week), heads_in(event)) == (4, 2)
    assert verify(week).agrees


def test_whoever_leaves_after_midnight_leaves_a_seat(week):
    event = two_days_of_two(week)
    device, one = make_device(event), issue(week).token
    device.scan(one, LATE_NIGHT)
    device.touch("youth", LATE_NIGHT)
    out = device.scan(one, AFTER_MIDNIGHT, direction="out")
    device.touch("youth", AFTER_MIDNIGHT, direction="out")
    assert (out.verdict, heads_in(event)) == ("stored", 0)
    device.undo(out.id, AFTER_MIDNIGHT + minutes(1))
    assert heads_in(event) == 1
    again = [device.touch("youth", AFTER_MIDNIGHT + minutes(2)).verdict for _ in range(2)]
    assert again == ["stored", "refused"]
    # A scan out of yesterday that arrives late leaves what today's scan in said.
    device.scan(one, AFTER_MIDNIGHT + minutes(3))
    device.scan(one, LATE_NIGHT + minutes(1), direction="out", now=AFTER_MIDNIGHT + minutes(4))
    assert heads_in(event) == 2


def test_each_session_of_a_daily_event_has_its_own_seats(week):
    tomorrow = NINE + timedelta(days=1)
    daily = session(capacity=1), session(tomorrow, day=DAY + timedelta(days=1), capacity=1)
    device = make_device(make_event(week, occurrences=daily))
    assert [device.touch("youth", at).verdict for at in (NINE, tomorrow)] == ["stored", "stored"]
    assert told(device.touch("youth", tomorrow)) == ("refused", "full")


def test_a_class_that_comes_back_larger(week, device):
    token = issue(week, headcount=45).token
    device.scan(token, headcount=40)
    device.scan(token, NINE + minutes(1), direction="out")
    back = device.scan(token, NINE + minutes(2), headcount=43)
    assert (back.verdict, back.flags) == ("stored", Flag.REENTRY | Flag.RAISED)
    assert visits(week) == 43


def test_a_refusal_bears_no_flags_of_what_did_not_happen(week):
    device = make_device(make_event(week, capacity=42))
    token = issue(week, headcount=45).token
    device.scan(token, headcount=40)
    raised = device.scan(token, NINE + minutes(1), headcount=43)
    assert (told(raised), raised.flags) == (("refused", "full"), Flag.NONE)


def test_an_undo_frees_a_seat(week):
    device = make_device(make_event(week, capacity=1))
    seated = device.touch("youth")
    batch = [
        Attempt(uuid4(), "undo", NINE + minutes(1), undoes=seated.id),
        Attempt(uuid4(), "touch", NINE + minutes(1), group="youth"),
        Attempt(uuid4(), "touch", NINE + minutes(1), group="youth"),
    ]
    assert [a.verdict for a in device.hand_in(*batch)] == ["stored", "stored", "refused"]


def test_tallies_are_never_refused_for_full(week):
    device = make_device(make_event(week, capacity=3))
    answer = device.tally("public", headcount=12)
    assert (answer.verdict, answer.flags) == ("stored", Flag.OVER_CAPACITY)
    assert visits(week) == 12


def test_a_group_is_let_in_or_refused_whole(week):
    device = make_device(make_event(week, capacity=40))
    assert told(device.scan(issue(week, headcount=45).token)) == ("refused", "full")
    assert device.scan(issue(week, headcount=40).token).verdict == "stored"


def test_two_clocks(week, device):
    """A device a day ahead: by the skew it knew, else by the skew at hand-over. Never later than the receipt."""
    ahead = NINE + timedelta(days=1)
    known, at_sync, clamped = (issue(week).token for _ in range(3))
    by_skew = device.hand_in(
        Attempt(uuid4(), "pass", ahead, code=known, skew_ms=86_400_000), now=NINE + minutes(1)
    )[0]
    by_sync = device.hand_in(
        Attempt(uuid4(), "pass", ahead, code=at_sync), now=NINE + minutes(1), device_time=ahead + minutes(1)
    )[0]
    unknown = device.hand_in(Attempt(uuid4(), "pass", ahead, code=clamped), now=NINE + minutes(1))[0]
    assert [a.flags for a in (by_skew, by_sync, unknown)] == [Flag.CLOCK] * 3
    rows = {row.id: row.at for row in db.session.scalars(select(Scan))}
    assert (rows[by_skew.id], rows[by_sync.id], rows[unknown.id]) == (NINE, NINE, NINE + minutes(1))
    assert [row["day"].isoformat() for row in figures(week, NINE, ("day",)).rows] == ["2024-04-22"]


@pytest.mark.parametrize("year", [1, 1970, 2160, 9999])
def test_a_clock_that_is_decades_or_ages_off(week, device, year):
    """The scan is kept, and never later than its receipt."""
    wrong = NINE.replace(year=year)
    answers = device.hand_in(
        Attempt(uuid4(), "touch", max(wrong, NINE.replace(year=400)), group="youth"),
        Attempt(uuid4(), "touch", NINE.replace(year=9600), group="youth"),
        now=NINE + minutes(1),
        device_time=wrong + minutes(1),
    )
    at = db.session.scalars(select(Scan.at).where(Scan.id == answers[0].id)).one()
    assert at == NINE if year in (1970, 2160) else at <= NINE + minutes(1)


def test_a_visit_belongs_to_the_campaign_s_day(week):
    """23:30 UTC on the 21st is the morning of the 22nd in Shanghai."""
    early = NINE - minutes(90)
    device = make_device(make_event(week, occurrences=(session(early),)))
    device.touch("youth", early)
    assert [row["day"].isoformat() for row in figures(week, NINE, ("day",)).rows] == ["2024-04-22"]


def test_the_occurrence_open_then_nearest_start_first(week):
    event = make_event(week, occurrences=(session(NINE, 1), session(NINE + minutes(90), 1)))
    device = make_device(event)
    first, second = (o.id for o in event.occurrences)
    chosen = []
    for at in (NINE - minutes(60), NINE + minutes(44), NINE + minutes(46), NINE + minutes(200)):
        answer = device.touch("youth", at)
        chosen.append(db.session.scalar(select(Scan.occurrence_id).where(Scan.id == answer.id)))
    assert chosen == [first, first, second, second]
    assert told(device.touch("youth", occurrence_id=999_999)) == ("refused", "not_allowed")
    assert (
        device.touch("youth", occurrence_id=second, shown="stored", at=NINE - minutes(90)).flags
        == Flag.OUTSIDE_HOURS
    )


def test_scans_of_a_revoked_device_are_kept_and_wait(week, device):
    kiosks.revoke(device.kiosk.id, NINE)
    answer = device.touch("youth", shown="stored")
    assert (answer.verdict, answer.flags) == ("stored", Flag.AFTER_REVOCATION)
    assert visits(week) == 0
    scan_review.decide(answer.id, "accept", "The steward confirmed it", None, NINE)
    assert visits(week) == 1


def test_an_undo_of_a_revoked_device_waits_too(week):
    """Or a stolen supervisor's device could empty an event."""
    event = make_event(week)
    device, chief = make_device(event), make_device(event, supervisor=True)
    scan = device.touch("youth")
    kiosks.revoke(chief.kiosk.id, NINE)
    undo = chief.undo(scan.id)
    assert (undo.verdict, undo.flags) == ("stored", Flag.AFTER_REVOCATION)
    assert (visits(week), verify(week).agrees) == (1, True)
    scan_review.decide(undo.id, "accept", "The steward confirmed it", None, NINE)
    assert (visits(week), verify(week).agrees) == (0, True)
    scan_review.decide(undo.id, "set_aside", "It was stolen after all", None, NINE)
    assert (visits(week), verify(week).agrees) == (1, True)
    assert device.undo(scan.id).verdict == "stored"
    assert (visits(week), verify(week).agrees) == (0, True)


def test_a_ruling_on_an_undo_whose_target_comes_later(week, device):
    scan_id = uuid4()
    undo = device.undo(scan_id)
    scan_review.decide(undo.id, "set_aside", "By mistake", None, NINE)
    device.touch("youth", id=scan_id)
    assert (visits(week), verify(week).agrees) == (1, True)
    with pytest.raises(NotFound):
        scan_review.decide(uuid4(), "accept", "-", None, NINE)


def test_a_cancelled_event_is_not_open_and_keeps_its_attendance(week):
    event = make_event(week)
    device = make_device(event)
    device.touch("youth")
    cancel(event, NINE + minutes(5))
    assert told(device.touch("youth", NINE + minutes(6))) == ("refused", "not_open")
    assert visits(week) == 1


def test_many_at_once_count_once(app, week):
    """Twelve threads hand in the same pass, and the same id, at the same moment."""
    event = make_event(week, capacity=5)
    device = make_device(event)
    token, same_id = issue(week).token, uuid4()
    source = device.source()
    start = threading.Barrier(12)
    answers = []

    def hand_in(index: int) -> None:
        with app.app_context():
            start.wait()
            attempts = [
                Attempt(same_id if index % 2 else uuid4(), "pass", NINE, code=token),
                Attempt(uuid4(), "touch", NINE, group="public"),
            ]
            answers.append(admit.admit(attempts, source, NINE + minutes(1)))
            db.session.remove()

    threads = [threading.Thread(target=hand_in, args=(index,)) for index in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 12
    db.session.commit()
    # Same instant, so a lower id takes the visit over from a higher one: each of these is told "stored".
    assert {a.verdict for a in (batch[0] for batch in answers)} <= {"stored", "repeat"}
    assert db.session.scalars(select(Scan.id).where(Scan.id == same_id)).all() == [same_id]
    assert sum(batch[1].verdict == "stored" for batch in answers) == 4  # the fifth seat is the pass's
    assert {batch[1].reason for batch in answers if batch[1].verdict == "refused"} == {"full"}
    counted = figures(week, NINE)
    assert (counted.visits, counted.methods["pass"], counted.methods["touch"]) == (5, 1, 4)
    assert verify(week).agrees


def test_an_undo_and_its_target_at_the_same_moment(app, week, device):
    """Neither may pass the other unseen."""
    source = device.source()
    for _ in range(6):
        scan_id, start = uuid4(), threading.Barrier(2)

        def hand_in(attempt, start=start):
            with app.app_context():
                start.wait()
                admit.admit([attempt], source, NINE + minutes(2))
                db.session.remove()

        pair = (
            Attempt(scan_id, "touch", NINE, group="youth"),
            Attempt(uuid4(), "undo", NINE + minutes(1), undoes=scan_id),
        )
        threads = [threading.Thread(target=hand_in, args=(attempt,)) for attempt in pair]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert visits(week) == 0
    assert verify(week).agrees


def test_the_order_of_arrival_does_not_matter(week, device):
    """The same morning of one class, handed in in forty orders: always the same visit, weight and heads inside."""
    outcomes = set()
    for shuffle in range(40):
        token = issue(week, headcount=45).token
        ids = [uuid4() for _ in range(5)]
        morning = [
            Attempt(ids[0], "pass", NINE, code=token, headcount=44),
            Attempt(ids[1], "pass", NINE + minutes(5), code=token, headcount=41),
            Attempt(ids[2], "pass", NINE + minutes(65), code=token, headcount=43),
            Attempt(ids[3], "pass", NINE + minutes(70), code=token, direction="out"),
            Attempt(ids[4], "pass", NINE + minutes(80), code=token, headcount=42),
            Attempt(uuid4(), "undo", NINE + minutes(3), undoes=ids[0]),
            Attempt(uuid4(), "undo", NINE + minutes(75), undoes=ids[3]),
        ]
        random.Random(shuffle).shuffle(morning)
        for attempt in morning:
            device.hand_in(attempt, now=NINE + minutes(90))
        row = db.session.scalar(select(Scan).where(Scan.id == ids[1]))
        state = db.session.get_one(Presence, row.presence_id)
        outcomes.add((state.visit_id == ids[1], state.hour, state.weight, state.inside))
    assert outcomes == {(True, 9, 43, 43)}
    assert (visits(week), verify(week).agrees) == (40 * 43, True)


def test_a_lost_counter_is_found_by_verify(week, device):
    device.touch("youth", headcount=3)
    with transaction():
        db.session.scalars(select(Counter)).one().visits = 4
    found = verify(week)
    assert not found.agrees
    assert [(d.table, d.stored, d.recounted) for d in found.differences] == [("counter", 4, 3)]


@pytest.mark.parametrize("size", [1, 30])
def test_a_batch_asks_the_same_number_of_questions(week, device, size, count_queries):
    tokens = [made.token for made in passes.issue(week, "youth", NINE, count=size)]
    attempts = [Attempt(uuid4(), "pass", NINE, code=token) for token in tokens]
    source = device.source()
    with count_queries() as queries:
        admit.admit(attempts, source, NINE)
    assert len(queries) <= 17
