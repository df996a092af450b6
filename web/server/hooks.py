"""Hooks of extensions, asked for the pages that need them alone.

Flask-Limiter and Flask-Login look at every request, also at a device that hands in a scan: together they took a third of the time
of an empty one. No limit is set for the whole application, and nobody signs in outside the desk.
"""

from collections.abc import Collection
from functools import partial
from typing import Any

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_qualified_name

from web.desk.accounts.current import DESK


def register(app: Flask) -> None:
    """To be called once all pages are there."""
    _confine(app, "flask_limiter", _limited(app))
    _confine(app, "flask_login", _of_the_desk(app))


def _limited(app: Flask) -> set[str]:
    """Blueprints with a page that has a limit."""
    limiters: set[Limiter] = app.extensions.get("limiter", set())
    return {
        endpoint.rpartition(".")[0]
        for endpoint, view in app.view_functions.items()
        if any(limiter.limit_manager.decorated_limits(get_qualified_name(view)) for limiter in limiters)
    }


def _of_the_desk(app: Flask) -> set[str]:
    """Blueprints with a page of the desk."""
    rules = app.url_map.iter_rules()
    return {rule.endpoint.rpartition(".")[0] for rule in rules if rule.rule.startswith(DESK)}


def _confine(app: Flask, package: str, blueprints: Collection[str]) -> None:
    """Move the hooks of an extension from the application to these blueprints."""
    kinds: tuple[dict[Any, list], ...] = (
        app.before_request_funcs,
        app.after_request_funcs,
        app.teardown_request_funcs,
    )
    for hooks in kinds:
        own = [hook for hook in hooks[None] if _package(hook) == package]
        hooks[None] = [hook for hook in hooks[None] if hook not in own]
        for name in blueprints:
            hooks[name] = [*own, *hooks[name]]


def _package(hook: Any) -> str:
    function = hook.func if isinstance(hook, partial) else hook
    return function.__module__.partition(".")[0]
