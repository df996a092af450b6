"""Hashes of passwords are slow by design, a third of a second each; those that tests write are light ones."""

from collections.abc import Iterator

import pytest

METHOD = "models.organizations.tables._PASSWORD_METHOD"


@pytest.fixture(scope="session", autouse=True)
def _light_passwords() -> Iterator[str]:
    """Gives the program's own method."""
    from models.organizations import tables

    own = tables._PASSWORD_METHOD
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(METHOD, "scrypt:256:8:1")
        yield own


@pytest.fixture
def real_passwords(monkeypatch: pytest.MonkeyPatch, _light_passwords: str) -> None:
    """As the program hashes them."""
    monkeypatch.setattr(METHOD, _light_passwords)
