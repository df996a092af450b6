"""Whether the tables of the database are those of this code."""

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import inspect

from models.db import db
from models.errors import N_, Mistake


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(current_app.extensions["migrate"].migrate.get_config())


def revisions() -> set[str]:
    """Those that the database says it has; one, unless somebody has meddled. None in an empty database."""
    return set(MigrationContext.configure(db.session.connection()).get_current_heads())


def known_revisions() -> set[str]:
    return {revision.revision for revision in _script().walk_revisions()}


def is_newest() -> bool:
    """Whether the schema says that it is the one of this code. Raises the database's errors."""
    return revisions() == set(_script().get_heads())


def can_go_on() -> bool:
    """Whether a server that runs works on these tables: they are those of this code, or a newer version has changed them
    meanwhile and left every column that this code names. Raises the database's errors."""
    return is_newest() or not (revisions() <= known_revisions() or missing_columns())


def check_not_newer() -> None:
    """Raises Mistake where a newer version made the tables: this one must not begin to work on them."""
    stored = revisions()
    if not stored <= known_revisions():
        raise Mistake(
            N_(
                "The database has schema %(revision)s, which this version does not know: a newer version made it. Start that "
                "version, or restore a backup of before."
            ),
            revision=", ".join(sorted(stored)),
        )


def check() -> None:
    """Raises Mistake, with what to do, where this code cannot work on the tables of the database."""
    check_not_newer()
    stored = revisions()
    if stored != set(_script().get_heads()):
        raise Mistake(N_("The database schema is out of date. Run this first: openweek init"))
    missing = missing_columns()
    if missing:
        raise Mistake(
            N_(
                "The database says that it has schema %(revision)s, but %(column)s is missing: it was made by a version "
                "between two releases. Restore a backup, or move its data into a new database."
            ),
            revision=", ".join(sorted(stored)),
            column=missing[0],
        )


def missing_columns() -> list[str]:
    """table.column, or the table where it is missing whole."""
    there = {
        name: {column["name"] for column in columns}
        for (_schema, name), columns in inspect(db.session.connection()).get_multi_columns().items()
    }
    missing = []
    for table in db.metadata.sorted_tables:
        if table.name not in there:
            missing.append(table.name)
        else:
            columns = (column.name for column in table.columns if column.name not in there[table.name])
            missing += [f"{table.name}.{column}" for column in columns]
    return missing
