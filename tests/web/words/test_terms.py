"""Words that every room's templates share, in both languages."""

from datetime import UTC, date, datetime

import pytest
from flask_babel import force_locale

from models.campaigns.tables import Campaign
from models.events.tables import Event, Occurrence
from web.words import terms

FIRST, LAST = date(2024, 4, 20), date(2024, 4, 22)


@pytest.fixture
def settings(tmp_path):
    """Words need no database."""
    return {"OPENWEEK_INSTANCE": str(tmp_path), "OPENWEEK_SECRET_KEY": "a secret for tests only"}


def occurrence(first: date = FIRST, last: date = FIRST, start=None, end=None, **fields) -> Occurrence:
    """start and end: (day, hour) of April 2024 in UTC, eight hours behind the campaign's zone."""
    clocks = [datetime(2024, 4, *at, tzinfo=UTC) if at else None for at in (start, end)]
    return Occurrence(
        start_day=first,
        end_day=last,
        start_at=clocks[0],
        end_at=clocks[1],
        event=Event(title="活动", campaign=Campaign(id="ip-2024", zone="Asia/Shanghai")),
        **fields,
    )


WHEN = [
    (occurrence(), "4月20日 周六", "Sat 20 April"),
    (occurrence(half_day="morning"), "4月20日 周六 上午", "Sat 20 April morning"),
    (occurrence(open_ended=True), "4月20日 周六起", "from Sat 20 April"),
    (occurrence(last=LAST), "4月20日 周六至4月22日 周一", "Sat 20 April to Mon 22 April"),
    (occurrence(start=(20, 1)), "4月20日 周六 09:00", "Sat 20 April 09:00"),
    (occurrence(start=(20, 1), end=(20, 3)), "4月20日 周六 09:00–11:00", "Sat 20 April 09:00–11:00"),
    (occurrence(start=(20, 14), end=(20, 16)), "4月20日 周六 22:00–24:00", "Sat 20 April 22:00–24:00"),
    (
        occurrence(last=date(2024, 4, 21), start=(20, 14), end=(20, 18)),
        "4月20日 周六 22:00–次日 02:00",
        "Sat 20 April 22:00–02:00 the next day",
    ),
    (
        occurrence(last=LAST, start=(20, 1), end=(22, 9)),
        "4月20日 周六 09:00 – 4月22日 周一 17:00",
        "Sat 20 April 09:00 – Mon 22 April 17:00",
    ),
]


def test_when_an_occurrence_is(app):
    with force_locale("zh"):
        assert [terms.when(one) for one, _zh, _en in WHEN] == [zh for _one, zh, _en in WHEN]
    with force_locale("en"):
        assert [terms.when(one) for one, _zh, _en in WHEN] == [en for _one, _zh, en in WHEN]


def test_regions_are_named_with_what_lies_above_them(app):
    codes = [None, "320723", "110101", "469001", "660000", "110100"]
    with force_locale("zh"):
        assert [terms.region_label(code) for code in codes] == [
            "",
            "江苏省 连云港市 灌云县",
            "北京市 东城区",
            "海南省 五指山市",
            "新疆生产建设兵团",
            "北京市 市辖区",
        ]
    with force_locale("en"):
        assert terms.region_label("320723") == "Guanyun County, Lianyungang, Jiangsu"


@pytest.mark.parametrize(
    ("language", "names"),
    [("zh", ["线下", "线上", "线上线下结合"]), ("en", ["On site", "Online", "On site and online"])],
)
def test_the_modes_of_events(app, language, names):
    with app.test_request_context(), force_locale(language):
        assert [terms.mode_name(mode) for mode in ("onsite", "online", "mixed")] == names
