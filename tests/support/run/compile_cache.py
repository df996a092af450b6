"""Tests make thousands of applications with the same addresses and templates: what is the same each time is compiled once in a
process. Nothing of a request, a setting or a database is shared.
"""

import gc
from typing import Any, ClassVar

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.orm import Mapper
from werkzeug.routing import Map, Rule, RuleFactory
from werkzeug.routing.matcher import StateMachineMatcher


class _Templates(BytecodeCache):
    """Compiled templates by their name, folder and text."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], object] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key, bucket.checksum] = bucket.code


_rules: dict[tuple, Rule] = {}


def _rule(rule: str, *, methods: set[str], defaults: dict[str, Any] | None = None, **options: Any) -> Rule:
    """The same one for the same words."""
    key = (rule, frozenset(methods), tuple((defaults or {}).items()), tuple(options.items()))
    if key not in _rules:
        _rules[key] = Rule(rule, methods=methods, defaults=defaults, **options)
    return _rules[key]


class _Map(Map):
    """Takes over how the same rules, in the same order, were compiled and sorted for an earlier application."""

    _compiled: ClassVar[dict[tuple, tuple[StateMachineMatcher, dict[str, list[Rule]]]]] = {}

    def __init__(self, *args: Any, **options: Any) -> None:
        self._own: list[Rule] = []
        super().__init__(*args, **options)

    def add(self, rulefactory: RuleFactory) -> None:
        """The rules are compiled at the first question."""
        self._own.extend(rulefactory.get_rules(self))
        self._remap = True

    def update(self) -> None:
        if not self._remap:
            return
        key = (*self.converters.items(), self.host_matching, *map(id, self._own))
        if key not in self._compiled:
            self._matcher, self._rules_by_endpoint = StateMachineMatcher(self.merge_slashes), {}
            for rule in self._own:
                rule.map = None  # of another application
                super().add(rule)
            super().update()
            self._compiled[key] = (self._matcher, self._rules_by_endpoint)
        self._matcher, self._rules_by_endpoint = self._compiled[key]
        self._remap = False


class Statements(dict):
    """Compiled statements by the kind of their database, not by its engine; for SQLAlchemy's option `compiled_cache`."""

    def get(self, key: tuple) -> object:
        dialect, *rest = key
        return super().get((type(dialect), *rest))

    def __setitem__(self, key: tuple, compiled: object) -> None:
        dialect, *rest = key
        super().__setitem__((type(dialect), *rest), compiled)


STATEMENTS = Statements()


def compile_addresses_once(templates: BytecodeCache) -> None:
    """For every application that this process and its forks make from here on; templates: where theirs are kept compiled."""
    Flask.url_map_class, Flask.url_rule_class = _Map, staticmethod(_rule)
    Flask.jinja_options = {"bytecode_cache": templates}


def compile_once() -> None:
    """For every application that this process makes from here on."""
    compile_addresses_once(_Templates())
    Mapper._compiled_cache = STATEMENTS  # what writes rows has a cache of its own for each table
    # All that is loaded by now stays to the end: nobody need look through it for what has become free.
    gc.collect()
    gc.freeze()
    # Each test leaves an application behind: a collector that runs as often as usual takes a seventh of all their time.
    gc.set_threshold(100_000, 10, 10)
    gc.enable()
