"""Query results that hold until a campaign's events change."""

import pytest

from models.events.draft import EventDraft
from models.publishing import lifecycle
from tests.support.records.week import NINE, load_week, session
from web import query_cache
from web.query_cache import QueryCache


def _add(campaign, title):
    draft = EventDraft(title=title, region_code="320723", occurrences=(session(),))
    lifecycle.create(campaign, draft, NINE)


def test_a_change_drops_the_answers_before_it(app):
    campaign = load_week()
    _add(campaign, "讲座")
    before = QueryCache(campaign.id)
    assert [before.get("kept", lambda: 1), before.get("kept", pytest.fail)] == [1, 1]
    _add(campaign, "展览")
    after = QueryCache(campaign.id)
    assert after.get("other", lambda: 2) == 2
    versions = {version for version, _key in query_cache._answers}
    assert (before.version in versions, after.version in versions) == (False, True)
    assert after.get("kept", lambda: 3) == 3
