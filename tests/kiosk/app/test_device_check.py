"""The page that checks a device: for everybody, in both languages, each check with what to do."""

import pytest

from kiosk.app.device_check import CHECKS, SCANNER_TEXT


@pytest.mark.parametrize(("language", "words"), [("en", "Check this device"), ("zh", "检查这台设备")])
def test_it_opens_without_an_account(client, language, words):
    answer = client.get("/kiosk/check", headers={"Accept-Language": language})
    assert (answer.status_code, f"<h1>{words}</h1>" in answer.text) == (200, True)
    for check in CHECKS:
        assert f'id="check-{check.key}"' in answer.text
    assert f'data-text="{SCANNER_TEXT}"' in answer.text
