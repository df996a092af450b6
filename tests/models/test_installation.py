"""The domain in every calendar UID: the first one for ever."""

import pytest

from models import clock
from models import installation as kept
from models.db import db
from models.errors import Mistake
from models.installation import Setting, site
from models.operations import startup


def test_the_first_domain_is_kept(app):
    assert site().uid_domain == "openweek.test"
    assert db.session.get(Setting, "uid_domain") is None  # asking writes nothing
    startup.prepare_database(None, clock.now())
    assert db.session.get(Setting, "uid_domain").value == "openweek.test"
    assert kept.uid_domain(None, "another.test") == "openweek.test"


def test_another_domain_later_stops_the_start(app, runner):
    startup.prepare_database(None, clock.now())
    app.extensions.pop("openweek.site")
    app.config["UID_DOMAIN_ASKED"] = "other.test"
    with pytest.raises(Mistake) as caught:
        site()
    assert caught.value.values == {"asked": "other.test", "kept": "openweek.test"}
    refused = runner.invoke(args=["serve", "--port", "1"])
    assert refused.exit_code == 2
    assert "Set it back to openweek.test." in refused.output


def test_codes_print_upper_case_behind_the_scheme(app):
    assert site().code_url("V", "ABC") == "http://OPENWEEK.TEST/V/ABC"
    assert site().url("/ip-2024/") == "http://openweek.test/ip-2024/"
