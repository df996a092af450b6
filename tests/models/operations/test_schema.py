"""`serve` starts on the tables of its own version alone, and says in one sentence why not."""

import pytest
from sqlalchemy import text

from models import installation
from models.db import db, transaction
from models.operations import schema
from tests.support.records.week import load_week, make_event


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE alembic_version SET version_num = '0011'", "Run this first: openweek init"),
        ("UPDATE alembic_version SET version_num = '9999'", "schema 9999, which this version does not know"),
        ("ALTER TABLE venue DROP COLUMN name_en", "but venue.name_en is missing"),
        ("DROP TABLE pairing_code", "but pairing_code is missing"),
    ],
)
def test_another_schema_stops_the_start(app, runner, statement, said):
    with transaction():
        db.session.execute(text(statement))
    answer = runner.invoke(args=["serve"])
    assert (answer.exit_code, said in answer.stderr, answer.stderr.count("\n")) == (2, True, 1)


def test_an_older_version_leaves_the_tables_of_a_newer_one_alone(app, runner):
    with transaction():
        db.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    answer = runner.invoke(args=["init"])
    said = "schema 9999, which this version does not know: a newer version made it" in answer.stderr
    assert (answer.exit_code, said, answer.stderr.count("\n")) == (2, True, 1)


def test_the_newest_one_is_whole(app):
    assert (schema.is_newest(), schema.missing_columns(), schema.check()) == (True, [], None)


def test_a_second_node_with_a_key_of_its_own(app, runner):
    with transaction():
        installation.keep_secret_key()
    assert installation.secret_key_differs() is False
    app.config["SECRET_KEY"] = "another node made this one"
    event = make_event(load_week())
    for command in (["serve"], ["demo"], ["kiosk", "pair", "--event", str(event.id)]):
        answer = runner.invoke(args=command)
        assert (answer.exit_code, "openweek secret-key accept" in answer.stderr) == (2, True)
    assert runner.invoke(args=["secret-key", "accept"]).exit_code == 0
    assert installation.secret_key_differs() is False
