"""Hooks of extensions: a device that hands in a scan waits for none of them, and the pages that need them keep them."""

from functools import partial

import pytest

LIMITED = {"pairing", "code_screen", "phone_check_in", "phone_result", "starred_list"}


@pytest.fixture
def settings(settings):
    return settings | {"RATELIMIT_ENABLED": True}


def packages(hooks) -> set[str]:
    functions = [hook.func if isinstance(hook, partial) else hook for hook in hooks]
    return {function.__module__.partition(".")[0] for function in functions}


def test_hooks_of_extensions_are_asked_where_they_are_needed(app):
    hooks = {name: packages(of_name) for name, of_name in app.after_request_funcs.items()}
    assert {"flask_limiter", "flask_login"} & (hooks[None] | hooks.get("scans", set())) == set()
    assert {name for name, found in hooks.items() if "flask_limiter" in found} >= LIMITED
    assert "flask_login" in hooks["sign_in"]


def test_only_the_desk_answers_by_its_session(client):
    """Any other answer is the same for everyone: a cache on its way may keep it."""
    assert "Cookie" not in client.post("/api/v1/scans").vary
    assert "Cookie" in client.get("/desk/sign-in").vary
