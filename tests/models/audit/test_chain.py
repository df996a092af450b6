"""The audit log is one chain: whatever is changed, left out or cut off afterwards is found."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, text, update

from models.audit.chain import FIRST_HASH, ChainCheck, record, verify_chain
from models.audit.tables import OPERATOR, Actor, AuditEntry, AuditVerb
from models.db import db, transaction
from tests.support.records.people import make_people
from tests.support.records.week import NINE, load_week


@pytest.fixture
def five(app) -> list[AuditEntry]:
    """Five entries of Cui about Gu."""
    people = make_people(load_week())
    for number in range(5):
        with transaction():
            record(AuditVerb.SESSION_ENDED, NINE, Actor(people.cui, "192.0.2.7"), people.gu, sessions=number)
    return db.session.query(AuditEntry).order_by(AuditEntry.id).all()


def write(statement) -> None:
    with transaction():
        db.session.execute(statement)


def test_an_empty_log_holds(app):
    assert verify_chain() == ChainCheck(0, FIRST_HASH, None)


def test_each_entry_covers_the_one_before(five):
    assert [entry.id for entry in five] == [1, 2, 3, 4, 5]
    assert [entry.previous_hash for entry in five] == [FIRST_HASH, *(entry.hash for entry in five[:-1])]
    assert (five[3].detail, five[3].network, five[3].account.email) == (
        '{"sessions": 3}',
        "192.0.2.7",
        "cui@example.cn",
    )
    assert verify_chain() == ChainCheck(5, five[-1].hash, None)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("detail", "{}"),
        ("network", "192.0.2.8"),
        ("account_id", None),
        ("subject_id", 1000),
        ("previous_hash", FIRST_HASH),
        ("hash", FIRST_HASH),
        ("verb", "something_else"),
    ],
)
def test_a_row_that_was_touched_is_found(five, column, value):
    write(text(f"UPDATE audit_entry SET {column} = :value WHERE id = 3").bindparams(value=value))
    assert verify_chain() == ChainCheck(2, five[1].hash, 3)


def test_another_time_is_found(five):
    write(update(AuditEntry).where(AuditEntry.id == 2).values(at=NINE.replace(microsecond=1)))
    assert verify_chain().broken_at == 2


@pytest.mark.parametrize("missing", [1, 3, 5])
def test_a_row_that_is_missing_is_found(five, missing):
    write(delete(AuditEntry).where(AuditEntry.id == missing))
    assert verify_chain().broken_at == missing


def test_a_log_that_was_emptied_is_found(five):
    write(delete(AuditEntry))
    assert verify_chain() == ChainCheck(0, FIRST_HASH, 1)


def test_many_at_once_make_one_chain(app):
    load_week()
    db.session.commit()

    def add(number: int) -> None:
        with app.app_context(), transaction():
            record(AuditVerb.SIGN_IN_FAILED, NINE, OPERATOR, number=number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    assert (verify_chain().entries, verify_chain().broken_at) == (40, None)


def test_nothing_of_a_transaction_that_failed(app):
    load_week()

    def fail() -> None:
        with transaction():
            record(AuditVerb.SIGN_IN_FAILED, NINE, OPERATOR)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert verify_chain().entries == 0
