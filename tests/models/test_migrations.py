"""The migrations from empty make exactly what the models say, on both databases, and can be taken back."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade
from sqlalchemy import inspect

import models
from models.base import db

VERSIONS = Path(models.__file__).parent / "migrations" / "versions"


def test_they_make_what_the_models_say(app):
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []


def test_they_can_be_taken_back(app):
    db.session.remove()
    downgrade(revision="base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]


def test_they_are_numbered_one_after_the_other():
    numbers = sorted(path.name[:4] for path in VERSIONS.glob("[0-9]*.py"))
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
