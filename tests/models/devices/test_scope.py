"""What a paired device may hand in, and until when."""

from uuid import uuid4

import pytest

from models.checkin.attempt import Attempt
from models.codes import passes
from models.db import db
from models.devices import kiosks, pairing
from models.devices.kiosks import Kiosk
from models.ledger.tables import Flag, Scan
from tests.support.records.week import NINE, load_week, make_device, make_event, minutes


@pytest.fixture
def event(app):
    return make_event(load_week())


def test_a_device_that_only_scans_takes_no_tally_and_one_that_only_tallies_no_scan(event):
    scanner, counter = make_device(event, may_tally=False), make_device(event, may_scan=False)
    code = passes.issue(event.campaign, "youth", NINE)[0].token
    assert scanner.tally("youth", headcount=5).reason == "not_allowed"
    assert counter.touch("youth").reason == "not_allowed"
    assert counter.scan(code).reason == "not_allowed"
    assert [scanner.scan(code).verdict, scanner.touch("youth").verdict] == ["stored", "stored"]
    assert counter.tally("youth", headcount=5).verdict == "stored"


def test_a_supervisor_may_everything(event):
    chief = make_device(event, may_scan=False, may_tally=False, supervisor=True)
    assert chief.kiosk.scopes == ["scan", "tally", "supervisor"]
    assert [chief.touch("youth").verdict, chief.tally("youth").verdict] == ["stored", "stored"]


def test_a_foreign_code_is_forgotten_also_by_a_device_that_may_not_scan(event):
    counter = make_device(event, may_scan=False)
    assert counter.scan("payment://a-private-code").reason == "unknown_code"
    row = db.session.query(Scan).one()
    assert (row.code_length, row.group) == (24, None)


def test_a_pairing_code_hands_on_what_it_allows_and_the_desk_sees_which_device_it_became(event):
    code = pairing.create_code(event, "secret", NINE, may_tally=False, with_event=True)
    kiosk, token = pairing.pair(code, "secret", NINE)
    assert kiosk.scopes == ["scan"]
    # The event lasts from 9 to 11; scans are taken for an hour longer.
    assert kiosk.expires_at == NINE + minutes(180)
    assert pairing.find_code(code, "secret").kiosk_id == kiosk.id
    assert kiosks.by_token(token, NINE).id == kiosk.id


def test_a_device_that_expired_hands_in_what_it_did_before_and_the_rest_waits_for_a_person(event):
    device = make_device(event, expires_at=NINE + minutes(60))
    early, late = (
        Attempt(uuid4(), "touch", NINE + minutes(60 * at), group="youth", shown="stored") for at in (0.5, 1.5)
    )
    [counted, waiting] = device.hand_in(early, late, now=NINE + minutes(120))
    assert (counted.verdict, Flag.AFTER_REVOCATION in counted.flags) == ("stored", False)
    assert (waiting.verdict, Flag.AFTER_REVOCATION in waiting.flags) == ("stored", True)


def test_a_device_is_known_for_seven_days_after_it_expired(event):
    kiosk, token = kiosks.create_kiosk(event, NINE, expires_at=NINE + minutes(60))
    ended = NINE + minutes(60)
    assert db.session.get_one(Kiosk, kiosk.id).ended_at(ended - minutes(6)) is None
    assert kiosks.by_token(token, ended).ended_at(ended) == ended
    assert kiosks.by_token(token, ended + kiosks.GRACE_AFTER_END).id == kiosk.id
    assert kiosks.by_token(token, ended + kiosks.GRACE_AFTER_END + minutes(60)) is None
    kiosks.revoke(kiosk.id, NINE)
    assert kiosks.by_token(token, ended).ended_at(ended) == NINE
