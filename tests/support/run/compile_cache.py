"""Tests make thousands of applications with the same addresses and templates: what is the same each time is compiled once in a
process. Nothing of a request, a setting or a database is shared.
"""

import gc
from typing import ClassVar

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.orm import Mapper
from werkzeug.routing import Rule


class _Templates(BytecodeCache):
    """Compiled templates by their name, folder and text."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], object] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key, bucket.checksum] = bucket.code


class _Rule(Rule):
    """A rule that takes over how an equal one of an earlier application was compiled."""

    _compiled: ClassVar[dict[tuple, Rule]] = {}

    def compile(self) -> None:
        converters = tuple(self.map.converters.items())
        defaults = tuple((self.defaults or {}).items())
        key = (
            self.rule,
            self.subdomain,
            self.host,
            self.map.host_matching,
            defaults,
            self.merge_slashes,
            converters,
        )
        same = self._compiled.get(key)
        if same is None:
            super().compile()
            self._compiled[key] = self
            return
        self._parts, self._trace, self._converters = same._parts, same._trace, same._converters
        self.arguments = set(same.arguments)
        self._build = same._build.__func__.__get__(self, None)
        self._build_unknown = same._build_unknown.__func__.__get__(self, None)


class Statements(dict):
    """Compiled statements by the kind of their database, not by its engine; for SQLAlchemy's option `compiled_cache`."""

    def get(self, key: tuple) -> object:
        dialect, *rest = key
        return super().get((type(dialect), *rest))

    def __setitem__(self, key: tuple, compiled: object) -> None:
        dialect, *rest = key
        super().__setitem__((type(dialect), *rest), compiled)


STATEMENTS = Statements()


def compile_once() -> None:
    """For every application that this process makes from here on."""
    Flask.url_rule_class = _Rule
    Flask.jinja_options = {"bytecode_cache": _Templates()}
    Mapper._compiled_cache = STATEMENTS  # what writes rows has a cache of its own for each table
    # All that is loaded by now stays to the end: nobody need look through it for what has become free.
    gc.collect()
    gc.freeze()
    # Each test leaves an application behind: a collector that runs as often as usual takes a seventh of all their time.
    gc.set_threshold(100_000, 10, 10)
