"""A table of a TOML file, read entry by entry; each error is one sentence that names the entry."""

import re
from datetime import date, datetime
from typing import Any

from models.errors import N_, Mistake


class TomlTable:
    """A table of the campaign file. Reading an entry removes it from `entries`, so that refuse_rest() sees unknown ones.

    Every method raises Mistake for a missing entry or one of another type."""

    def __init__(self, table: object, path: str) -> None:
        if not isinstance(table, dict):
            raise Mistake(N_("“%(entry)s” in the campaign file must be a table."), entry=path)
        self.entries: dict[str, Any] = dict(table)
        self.path = path

    def path_of(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def pop(self, name: str) -> Any:
        if name not in self.entries:
            raise Mistake(N_("“%(entry)s” is missing in the campaign file."), entry=self.path_of(name))
        return self.entries.pop(name)

    def text(self, name: str, default: str | None = None) -> str:
        value = self.pop(name) if default is None or name in self.entries else default
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise Mistake(N_("“%(entry)s” in the campaign file must be a text."), entry=self.path_of(name))
        return value.strip()

    def key(self, name: str) -> str:
        """A key for rows and addresses."""
        value = self.text(name)
        if not re.fullmatch("[a-z][a-z0-9-]{0,39}", value):
            raise Mistake(
                N_(
                    "“%(entry)s” in the campaign file must be a word of a-z, 0-9 and hyphens, at most 40 long."
                ),
                entry=self.path_of(name),
            )
        return value

    def number(self, name: str, most: int, default: int | None = None) -> int:
        value = self.pop(name) if default is None or name in self.entries else default
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            raise Mistake(
                N_("“%(entry)s” in the campaign file must be a whole number from 1 to %(most)d."),
                entry=self.path_of(name), most=most,
            )  # fmt: skip
        return value

    def flag(self, name: str) -> bool:
        value = self.entries.pop(name, False)
        if not isinstance(value, bool):
            raise Mistake(
                N_("“%(entry)s” in the campaign file must be true or false."), entry=self.path_of(name)
            )
        return value

    def day(self, name: str) -> date:
        return self._day(self.pop(name), name)

    def _day(self, value: object, name: str) -> date:
        if not isinstance(value, date) or isinstance(value, datetime):
            raise Mistake(
                N_("“%(entry)s” in the campaign file must be a day such as 2024-04-20, without quotes."),
                entry=self.path_of(name),
            )
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        values = self.entries.pop(name, [])
        if not isinstance(values, list) or not all(
            isinstance(value, str) and value.strip() for value in values
        ):
            raise Mistake(
                N_("“%(entry)s” in the campaign file must be a list of texts."), entry=self.path_of(name)
            )
        return tuple(values)

    def group(self, name: str) -> "TomlTable":
        return TomlTable(self.pop(name), self.path_of(name))

    def tables(self, name: str) -> list["TomlTable"]:
        values = self.entries.pop(name, [])
        if not isinstance(values, list):
            raise Mistake(
                N_("Write every “%(entry)s” in the campaign file as [[%(entry)s]]."), entry=self.path_of(name)
            )
        return [TomlTable(value, f"{name} {number}") for number, value in enumerate(values, 1)]

    def refuse_rest(self) -> None:
        """Raises Mistake for an entry that was not read: it is misspelt."""
        for name in self.entries:
            raise Mistake(N_("“%(entry)s” in the campaign file is not known."), entry=self.path_of(name))
