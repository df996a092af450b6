"""What the first page of a list weighs on its way to a phone: bytes as transferred, and requests."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from models.campaigns.tables import find_campaign
from models.events.draft import EventDraft, FormatDraft, OrganizationDraft, VenueDraft
from models.publishing.lifecycle import create
from tests.support.records.week import NINE, session
from tests.support.servers.served_application import Server, served

pytestmark = pytest.mark.browser

MOST_BYTES, MOST_REQUESTS = 60_000, 15  # a list: 8 style sheets, 4 small scripts, the icons
WEIGHED = {"document", "stylesheet", "script"}


@pytest.fixture(scope="module")
def week(sqlite_databases, tmp_path_factory) -> Iterator[Server]:
    """A full first page: no two events alike, for what repeats packs away to nothing."""
    with served(sqlite_databases, tmp_path_factory.mktemp("weight"), "init") as server:
        with server.app.app_context():
            campaign = find_campaign("ip-2024")
            for number in range(60):
                told = "".join(
                    chr(0x4E00 + (number * 7919 + place * 104_729) % 20_000) for place in range(90)
                )
                draft = EventDraft(
                    title=told[:24],
                    region_code=("320723", "110105", "440103", "660000")[number % 4],
                    groups=("youth", "public"),
                    mode="mixed",
                    hosts=(told[24:36], told[36:48]),
                    lead=OrganizationDraft(told[24:36], "320723", "courts"),
                    formats=(FormatDraft("talk", told[48:52]),),
                    venues=(VenueDraft(told[52:64]),),
                    occurrences=(session(),),
                )
                create(campaign, draft, NINE)
        yield server


@pytest.mark.parametrize(
    ("path", "cards"),
    [
        ("/ip-2024/", 50),
        ("/ip-2024/events?audience=youth", 50),
        ("/ip-2024/places", 0),
        ("/ip-2024/events/1", 0),
    ],
)
def test_the_first_page_is_light(page: Page, week, path, cards):
    asked = []
    page.on("requestfinished", lambda request: asked.append(request))
    page.goto(week.url + path, wait_until="networkidle")
    assert page.locator(".event-card").count() == cards
    weighed = {
        request.url: request.sizes()["responseBodySize"]
        for request in asked
        if request.resource_type in WEIGHED
    }
    assert sum(weighed.values()) < MOST_BYTES, weighed
    assert len(asked) <= MOST_REQUESTS, [request.url for request in asked]
