"""A directory to sign in through."""

import threading

import pytest

from tests.support.servers.directory import Issuer


@pytest.fixture
def issuer():
    with Issuer() as issuer:
        thread = threading.Thread(target=issuer.serve_forever, daemon=True)
        thread.start()
        yield issuer
        issuer.shutdown()
        thread.join()
