"""What was printed, paired and issued for an event that was merged goes on at the event that stands for it."""

from uuid import uuid4

import pytest

from models.checkin.admit import admit
from models.checkin.attempt import Attempt
from models.checkin.scan_source import ScanSource
from models.codes.passes import issue
from models.db import db
from models.devices import status
from models.devices.scope import kiosk_serving
from models.errors import Conflict, Mistake
from models.events.merges import standing_event
from models.ledger.tables import Scan
from models.publishing import lifecycle
from tests.support.records.people import make_people
from tests.support.records.week import NINE, load_week, make_device, make_event, minutes


@pytest.fixture
def campaign(app):
    return load_week()


@pytest.fixture
def pair(campaign):
    """The kept event and the merged one, each with a device, before the merge."""
    kept, merged = make_event(campaign, "专利开放日体验"), make_event(campaign, "专利开放日体验活动")
    return kept, merged, make_device(kept), make_device(merged)


def occurrence_of(answer) -> int | None:
    return db.session.query(Scan).filter_by(id=answer.id).one().occurrence_id


def test_both_devices_go_on_at_the_kept_event(pair):
    kept, merged, at_kept, at_merged = pair
    lifecycle.merge(kept, merged, NINE)
    for device in (at_kept, at_merged):
        answer = device.touch("youth")
        assert (answer.verdict, answer.flags.names) == ("stored", [])
        assert occurrence_of(answer) == kept.occurrences[0].id


def test_a_pass_bound_to_the_merged_event_is_let_in_at_both(pair, campaign):
    kept, merged, at_kept, at_merged = pair
    passes = issue(campaign, "youth", NINE, event=merged, count=2)
    lifecycle.merge(kept, merged, NINE)
    answers = [device.scan(one.token) for device, one in zip((at_kept, at_merged), passes, strict=True)]
    assert [answer.verdict for answer in answers] == ["stored", "stored"]
    assert {occurrence_of(answer) for answer in answers} == {kept.occurrences[0].id}


def test_a_pass_of_a_third_event_is_still_refused(pair, campaign):
    kept, merged, _at_kept, at_merged = pair
    (other,) = issue(campaign, "youth", NINE, event=make_event(campaign, "另一项活动"))
    lifecycle.merge(kept, merged, NINE)
    answer = at_merged.scan(other.token)
    assert (answer.verdict, answer.reason) == ("refused", "wrong_event")


def test_a_merge_of_a_merge_is_followed(pair, campaign):
    kept, merged, _at_kept, at_merged = pair
    last = make_event(campaign, "专利开放日")
    lifecycle.merge(kept, merged, NINE)
    lifecycle.merge(last, kept, NINE)
    assert standing_event(merged).id == last.id
    assert occurrence_of(at_merged.touch("youth")) == last.occurrences[0].id


def test_a_scan_before_the_merge_is_undone_after_it(pair):
    kept, merged, _at_kept, at_merged = pair
    before = at_merged.touch("youth")
    lifecycle.merge(kept, merged, NINE)
    assert at_merged.undo(before.id).verdict == "stored"


def test_the_desk_of_the_kept_event_has_both_devices(pair):
    kept, merged, at_kept, at_merged = pair
    lifecycle.merge(kept, merged, NINE)
    devices = {one.kiosk.id: one.serves_event for one in status.statuses_of(kept, NINE)}
    assert devices == {at_kept.kiosk.id: True, at_merged.kiosk.id: True}
    assert kiosk_serving(kept, at_merged.kiosk.id).id == at_merged.kiosk.id


def test_a_published_event_is_not_merged_away_into_a_draft(campaign):
    people = make_people(campaign)
    published, cancelled = make_event(campaign, "讲座"), make_event(campaign, "讲座")
    lifecycle.cancel(cancelled, NINE)
    with pytest.raises(Conflict):
        lifecycle.merge(cancelled, published, NINE, people.lian)
    assert published.withdrawn_at is None
    lifecycle.merge(published, cancelled, NINE, people.lian)
    assert cancelled.withdrawn_at == NINE


def test_an_organizer_does_not_merge_what_is_published(campaign):
    people = make_people(campaign)
    one, other = make_event(campaign, "讲座"), make_event(campaign, "讲座")
    with pytest.raises(Mistake):
        lifecycle.merge(one, other, NINE, people.gu)
    assert (one.withdrawn_at, other.withdrawn_at) == (None, None)


def test_the_phone_that_scanned_both_posters_is_one_visit(pair, campaign):
    kept, merged, _at_kept, _at_merged = pair
    lifecycle.merge(kept, merged, NINE)
    source = ScanSource(campaign, lambda at: [standing_event(merged).id])
    for at, expected in ((NINE, "stored"), (NINE + minutes(1), "repeat")):
        attempt = Attempt(uuid4(), "venue", at, group="youth", holder="b:phone", method="printed")
        assert admit([attempt], source, at)[0].verdict == expected
