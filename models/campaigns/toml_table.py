"""Reading a table of a TOML file entry by entry, with one clear sentence for what is wrong."""

import re
from datetime import date, datetime

from models.errors import N_, Mistake


class TomlTable:
    """A table of the file, each entry taken once by the kind of value it must have; what is left over is unknown."""

    def __init__(self, table: object, where: str) -> None:
        if not isinstance(table, dict):
            raise Mistake(N_("“%(entry)s” in the campaign file must be a table."), entry=where)
        self.table = dict(table)
        self.where = where

    def path(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name

    def take(self, name: str) -> object:
        if name not in self.table:
            raise Mistake(N_("“%(entry)s” is missing in the campaign file."), entry=self.path(name))
        return self.table.pop(name)

    def text(self, name: str, default: str | None = None) -> str:
        value = self.take(name) if default is None or name in self.table else default
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise Mistake(N_("“%(entry)s” in the campaign file must be a text."), entry=self.path(name))
        return value.strip()

    def key(self, name: str) -> str:
        """A name for rows and addresses."""
        value = self.text(name)
        if not re.fullmatch("[a-z][a-z0-9-]{0,39}", value):
            raise Mistake(
                N_(
                    "“%(entry)s” in the campaign file must be a word of a-z, 0-9 and hyphens, at most 40 long."
                ),
                entry=self.path(name),
            )
        return value

    def number(self, name: str, most: int, default: int | None = None) -> int:
        value = self.take(name) if default is None or name in self.table else default
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            raise Mistake(
                N_("“%(entry)s” in the campaign file must be a whole number from 1 to %(most)d."),
                entry=self.path(name), most=most,
            )  # fmt: skip
        return value

    def flag(self, name: str) -> bool:
        value = self.table.pop(name, False)
        if not isinstance(value, bool):
            raise Mistake(
                N_("“%(entry)s” in the campaign file must be true or false."), entry=self.path(name)
            )
        return value

    def day(self, name: str) -> date:
        return self._day(self.take(name), name)

    def days(self, name: str) -> frozenset[date]:
        values = self.table.pop(name, [])
        return frozenset(
            self._day(value, name) for value in (values if isinstance(values, list) else [values])
        )

    def _day(self, value: object, name: str) -> date:
        if not isinstance(value, date) or isinstance(value, datetime):
            raise Mistake(
                N_("“%(entry)s” in the campaign file must be a day such as 2024-04-20, without quotes."),
                entry=self.path(name),
            )
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        values = self.table.pop(name, [])
        if not isinstance(values, list) or not all(
            isinstance(value, str) and value.strip() for value in values
        ):
            raise Mistake(
                N_("“%(entry)s” in the campaign file must be a list of texts."), entry=self.path(name)
            )
        return tuple(values)

    def group(self, name: str) -> "TomlTable":
        return TomlTable(self.take(name), self.path(name))

    def tables(self, name: str) -> list["TomlTable"]:
        values = self.table.pop(name, [])
        if not isinstance(values, list):
            raise Mistake(
                N_("Write every “%(entry)s” in the campaign file as [[%(entry)s]]."), entry=self.path(name)
            )
        return [TomlTable(value, f"{name} {place}") for place, value in enumerate(values, 1)]

    def done(self) -> None:
        """Refuse what nobody asked for: a misspelt entry would otherwise be lost in silence."""
        for name in self.table:
            raise Mistake(N_("“%(entry)s” in the campaign file is not known."), entry=self.path(name))
