"""Finding events by Chinese words, by pinyin and by its initials; and what finds them is written at the change."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from models.db import db
from models.events.draft import EventDraft, OrganizationDraft, VenueDraft
from models.events.tables import Event
from models.operations import startup
from models.public import queries, search
from models.public.filters import Filters
from models.public.search import EventSearch, fold
from models.public.spelling import spellings
from models.publishing import lifecycle
from models.publishing.lifecycle import change, draft_of
from tests.support.records.week import NINE, load_week, make_event


@pytest.fixture
def campaign(app):
    return load_week()


@pytest.fixture
def titles_for(campaign):
    def titles(text: str) -> list[str]:
        return [
            event.title for event in db.session.scalars(queries.events(campaign, Filters(q=text))).unique()
        ]

    return titles


SPELT = {
    "知识产权宣传": (" z.s.c.q x.c ", " z.h.i s.h.i c.h.a.n q.u.a.n x.u.a.n c.h.u.a.n "),
    "重庆银行": (" c.q y.h ", " c.h.o.n.g q.i.n.g y.i.n h.a.n.g "),  # not zhong, not xing
    "“4·26”ai讲座": (" 4 2.6 a.i j.z ", " 4 2.6 a.i j.i.a.n.g z.u.o "),
    "女子": (" n.z ", " n.v z.i "),
    "壮锦新韵": (" z.j x.y ", " z.h.u.a.n.g j.i.n x.i.n y.u.n "),
    "——": ("", ""),
}


def test_texts_are_spelt():
    assert {text: spellings(text) for text in SPELT} == SPELT
    assert fold("ＡＩ Lecture") == "ai lecture"


def test_an_event_is_found_by_words_pinyin_and_initials(campaign, titles_for):
    make_event(campaign, "专利商标进校园", venues=(VenueDraft("顺安镇中心小学"),))
    make_event(
        campaign, "法院开放日 Open Day", lead=OrganizationDraft("西安市中级人民法院", "610100", "courts")
    )
    expected = {
        "专利商标": ["专利商标进校园"],
        "zlsb": ["专利商标进校园"],
        "ZLSB": ["专利商标进校园"],
        "ｚｌｓｂ": ["专利商标进校园"],
        "zhuanlishangbiao": ["专利商标进校园"],
        "zhuan li shang biao": ["专利商标进校园"],
        "sazxx 专利": [],
        "sazzxxx 专利": ["专利商标进校园"],
        "open day": ["法院开放日 Open Day"],
        "xi'anshi": ["法院开放日 Open Day"],
        "fykfr": ["法院开放日 Open Day"],
        "guanyun": ["专利商标进校园", "法院开放日 Open Day"],
        "lyg": ["专利商标进校园", "法院开放日 Open Day"],
        "校园 法院": [],
        "slsb": [],  # begins within a word
        "zls": [],  # ends within one
        "hi": [],  # within a syllable
        "zhuanlishangb": ["专利商标进校园"],
        "xyfy": [],  # the end of one name and the beginning of the next
        "%": [],
        "_": [],
        "z%b": [],
        "\\": [],
    }
    assert {text: titles_for(text) for text in expected} == expected


def test_initials_are_those_of_whole_words_in_a_row(campaign, titles_for):
    region = OrganizationDraft("南宁市知识产权局", "450100", "ip-offices")
    make_event(campaign, "壮锦新韵", region_code="450100", lead=region)
    expected = {
        "zzzz": [],
        "zz": ["壮锦新韵"],
        "gxzzzzq": ["壮锦新韵"],
        "zzq": ["壮锦新韵"],
        "zjxy": ["壮锦新韵"],
    }
    assert {text: titles_for(text) for text in expected} == expected


def test_what_is_searched_is_taken_literally(campaign, titles_for):
    make_event(campaign, "100%_真\\假")
    for text in ("0%", "%_真", "真\\假", "_"):
        assert titles_for(text) == ["100%_真\\假"], text


def test_a_change_is_found_at_once_by_its_new_name_alone(campaign, titles_for):
    event = make_event(campaign, "专利讲座")
    changed = replace(draft_of(event), title="商标讲座")
    change(event, changed, NINE - timedelta(days=1))
    assert (titles_for("zljz"), titles_for("sbjz")) == ([], ["商标讲座"])


def test_a_change_of_nothing_leaves_it(campaign, titles_for):
    event = make_event(campaign, "专利讲座")
    assert change(event, draft_of(event), NINE) == []
    assert titles_for("zljz") == ["专利讲座"]


def test_events_of_an_older_installation_are_written_at_its_next_start(campaign, titles_for):
    for number in range(3):
        make_event(campaign, f"专利讲座{number}")
    db.session.execute(delete(EventSearch).where(EventSearch.event_id == db.session.scalar(select(Event.id))))
    db.session.execute(update(EventSearch).where(EventSearch.event_id != 3).values(form=0))
    db.session.commit()
    assert len(titles_for("zljz")) == 2
    startup.prepare_database(None, NINE)
    assert len(titles_for("zljz")) == 3
    assert search.index_missing() == 0


def test_drafts_are_written_too_and_found_once_public(campaign, titles_for):
    draft = EventDraft(title="专利讲座")
    event = lifecycle.create(campaign, draft, NINE, publish=False)
    assert titles_for("zljz") == []
    lifecycle.publish(event, NINE)
    assert titles_for("zljz") == ["专利讲座"]
