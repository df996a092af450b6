"""What a process keeps of devices, keys and the schedule is never older than the transaction that admits."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine

from models.checkin import cache_versions
from models.checkin.admit import EndedError, admit
from models.checkin.attempt import Attempt
from models.checkin.cache import process_cache
from models.checkin.cache_versions import WATCHED, Topic
from models.checkin.scan_source import device_source
from models.codes import passes
from models.db import db, transaction
from models.devices import kiosks
from models.devices.kiosks import Kiosk
from models.events.merges import EventMerge
from models.events.tables import Occurrence
from models.publishing.lifecycle import cancel
from tests.support.records.week import NINE, load_week, make_device, make_event, minutes


@pytest.fixture
def week(app):
    return load_week()


@pytest.fixture
def elsewhere(app) -> Engine:
    """Another process, as far as the database can tell."""
    engine = create_engine(db.engine.url)
    yield engine
    engine.dispose()


def write(engine: Engine, statement: str, **values: object) -> None:
    with engine.connect().execution_options(openweek_write=True) as connection:
        connection.execute(text(statement), values)
        connection.commit()


def versions() -> dict[Topic, int]:
    db.session.commit()
    return cache_versions.versions(db.session.connection())


def test_every_table_has_its_triggers(app):
    expected = {f"knowledge_{table}_{verb}" for table in WATCHED for verb in ("insert", "update", "delete")}
    assert cache_versions.triggers(db.session.connection()) == expected


@pytest.mark.parametrize("table", list(WATCHED))
def test_every_writer_raises_the_version(week, elsewhere, table):
    """Each column that a check-in knows, changed by a statement that goes round all of our code."""
    event, other = make_event(week), make_event(week, "又一场")
    make_device(event)
    with transaction():
        db.session.add(EventMerge(event_id=other.id, kept_id=event.id))
    topic, columns = WATCHED[table]
    for column in columns or db.metadatas[None].tables[table].c.keys()[:1]:
        before = versions()
        write(elsewhere, f"UPDATE {table} SET {column} = {column}")
        after = versions()
        assert after[topic] > before[topic], column
        assert {each: after[each] for each in Topic if each != topic} == {
            each: before[each] for each in Topic if each != topic
        }


def test_what_no_check_in_asks_for_raises_nothing(week, elsewhere):
    event = make_event(week)
    make_device(event)
    before = versions()
    write(elsewhere, "UPDATE kiosk SET seen_at = paired_at, message = '请到二号门', locked_at = paired_at")
    write(elsewhere, "UPDATE event SET title = '新的'")
    passes.revoke(passes.issue(week, "youth", NINE)[0].id, NINE)  # passes are read in each transaction
    assert versions() == before


def test_a_pass_revoked_elsewhere_is_refused(week, elsewhere):
    device = make_device(make_event(week))
    first, second = passes.issue(week, "youth", NINE, count=2)
    assert device.scan(first.token).verdict == "stored"
    write(elsewhere, "UPDATE pass SET revoked_at = issued_at WHERE id = :id", id=second.id)
    answer = device.scan(second.token, NINE + minutes(1))
    assert (answer.verdict, answer.reason) == ("refused", "revoked")


def test_a_device_revoked_elsewhere(week, elsewhere):
    """Known from an earlier scan: the process that has not heard of it makes its scans wait for a person."""
    event = make_event(week)
    kiosk, token = kiosks.create_kiosk(event, NINE - timedelta(hours=1))

    def touch(now):
        return admit([Attempt(uuid4(), "touch", now, group="youth")], device_source(token, now), now)

    assert touch(NINE)[0].flags.names == []
    write(elsewhere, "UPDATE kiosk SET revoked_at = paired_at WHERE id = :id", id=kiosk.id)
    assert touch(NINE + minutes(1))[0].flags.names == ["after_revocation"]
    source = device_source(token, NINE)
    long_ago = NINE - kiosks.GRACE_AFTER_END * 2
    with transaction():
        db.session.get_one(Kiosk, kiosk.id).revoked_at = long_ago
    with pytest.raises(EndedError):
        admit([Attempt(uuid4(), "touch", NINE, group="youth")], source, NINE)
    with pytest.raises(EndedError):
        admit([], source, NINE)
    assert device_source(token, NINE) is None


def test_a_schedule_changed_elsewhere(week, elsewhere):
    event = make_event(week)
    device = make_device(event)
    assert device.touch("youth").verdict == "stored"
    write(elsewhere, "UPDATE occurrence SET capacity = 1")
    assert device.touch("youth").reason == "full"
    cancel(event, NINE + minutes(5))
    assert device.touch("youth", NINE + minutes(6)).reason == "not_open"


def test_what_was_rolled_back_is_not_known(week):
    event = make_event(week)
    device = make_device(event)
    device.touch("youth")
    before = versions()

    def change() -> None:
        with transaction():
            db.session.get_one(Occurrence, event.occurrences[0].id).capacity = 1
            db.session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        change()
    assert versions() == before == process_cache().versions
    db.session.expire_all()
    assert device.touch("youth").verdict == "stored"
