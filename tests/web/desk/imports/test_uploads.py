"""Handing in a file at the desk: looked at before anything is written, within the reach of who hands it in."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from models import clock
from models.campaigns.tables import TermKind
from models.db import db, transaction
from models.errors import Conflict
from models.events.draft import OrganizationDraft
from models.events.tables import Event, EventChange, EventStatus
from models.imports import uploads
from models.imports.uploads import LEASE, LIFE, UploadedFile
from models.publishing import duplicates, lifecycle, proposals, review
from tests.support.records.people import sign_in
from tests.support.records.week import NINE, make_event
from web.desk.imports import uploads as upload_pages

HEAD = "id,year,title,start_date,start_time,end_time,province,city,county,venue_text,organizers"
GUANYUN = "江苏省,连云港市,灌云县"


def table(*rows: str) -> bytes:
    return "\n".join([HEAD, *rows]).encode()


LECTURE = table(f"1,2024,进企业座谈,2024-04-23,9:00,11:00,{GUANYUN},县图书馆报告厅,灌云县知识产权局")
MIXED = table(
    f"1,2024,进企业座谈,2024-04-23,9:00,11:00,{GUANYUN},县图书馆报告厅,",
    f"2,2024,法院开放日,2024-04-24,,,{GUANYUN},,灌云县人民法院",
    "3,2024,,2024-04-24,,,,,,,",
)


def hand_in(english, data: bytes, name: str = "events.csv"):
    form = {"campaign": "ip-2024", "file": (BytesIO(data), name)}
    return english.post("/desk/import/", data=form, content_type="multipart/form-data")


def mark(page: str) -> str:
    return re.search(r'name="mark" value="([0-9a-f]+)"', page)[1]


def verdicts(page: str) -> list[str]:
    return re.findall(r'<td><span class="tag [^"]*">([^<]+)</span>', page)


def events(title: str) -> list[Event]:
    return list(db.session.scalars(select(Event).where(Event.title == title)))


def test_nothing_is_written_before_it_is_accepted_and_then_exactly_that(english, people):
    before = db.session.scalar(select(func.count()).select_from(Event))
    sign_in(english, people.gu)
    answer = hand_in(english, MIXED)
    assert answer.status_code == 303
    path = answer.headers["Location"]
    page = english.get(path).text
    assert verdicts(page) == ["new", "not imported", "not imported"]
    assert "Tue 23 April 09:00–11:00" in page
    assert "县图书馆报告厅" in page
    assert "Added automatically: lead organizer, organizers." in page
    assert (
        "灌云县人民法院 is the lead organizer of this event. You can only import events led by 灌云县知识产权局."
        in page
    )
    assert db.session.scalar(select(func.count()).select_from(Event)) == before
    assert english.post(f"{path}/accept", data={"mark": mark(page)}).status_code == 303
    (event,) = events("进企业座谈")
    assert (event.status, event.lead_id, event.region_code) == (
        EventStatus.SUBMITTED,
        people.gu.organization_id,
        "320723",
    )
    assert db.session.scalar(select(func.count()).select_from(Event)) == before + 1
    history = select(EventChange.verb, EventChange.account_id).where(EventChange.event_id == event.id)
    told = db.session.execute(history.order_by(EventChange.id)).all()
    assert told == [("created", people.gu.id), ("submitted", people.gu.id)]
    page = english.get(path).text
    assert "Import result" in page
    assert verdicts(page) == ["new", "not imported", "not imported"]
    assert f"/desk/events/{event.id}" in page
    assert "进企业座谈" in english.get("/desk/events/").text
    assert english.get(f"/ip-2024/events/{event.id}").status_code == 404  # reviewed first


def test_the_same_file_again_changes_nothing_and_another_what_differs(english, people):
    sign_in(english, people.lian)
    accept(english, LECTURE)
    page = english.get(hand_in(english, LECTURE).headers["Location"]).text
    assert verdicts(page) == ["no change"]
    assert 'name="mark"' not in page
    for hour in ("14:00", "15:00"):  # an import is no work by hand: the next one may change it again
        accept(english, LECTURE.replace(b"9:00", hour.encode()).replace(b"11:00", b"17:00"))
        (event,) = events("进企业座谈")
        assert event.status == EventStatus.PUBLISHED
        assert f"{event.occurrences[0].start_at + timedelta(hours=8):%H:%M}" == hour


def accept(english, data: bytes) -> str:
    path = hand_in(english, data).headers["Location"]
    assert english.post(f"{path}/accept", data={"mark": mark(english.get(path).text)}).status_code == 303
    return path


def test_what_was_not_seen_is_not_written(english, people):
    sign_in(english, people.lian)
    path = hand_in(english, LECTURE).headers["Location"]
    seen = mark(english.get(path).text)
    accept(english, LECTURE)  # a colleague was quicker
    answer = english.post(f"{path}/accept", data={"mark": seen})
    assert answer.status_code == 409
    assert "Something has changed since you looked." in answer.text
    assert verdicts(answer.text) == ["no change"]
    assert len(events("进企业座谈")) == 1


def calendar(*names: str, **changed: str) -> bytes:
    lines = ["BEGIN:VCALENDAR"]
    for name in names:
        begins = changed.get(name, "20240422T010000Z")
        lines += ["BEGIN:VEVENT", f"UID:{name}", f"SUMMARY:讲座{name}", f"DTSTART:{begins}", "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def test_what_a_calendar_has_no_more_is_cancelled_where_it_is_ticked_and_only_then(
    english, people, monkeypatch
):
    monkeypatch.setattr(clock, "now", lambda: NINE - timedelta(days=10))
    sign_in(english, people.lian)
    names = "abcd"
    path = hand_in(english, calendar(*names), "a.ics").headers["Location"]
    assert 'name="gone"' not in english.get(path).text
    english.post(f"{path}/accept", data={"mark": mark(english.get(path).text)})
    ids = {name: str(events(f"讲座{name}")[0].id) for name in names}

    def again(*ticks: str) -> tuple[list[str], list[str]]:
        """Which are offered, and what is told of the rows once it is accepted with these ticks."""
        path = hand_in(english, calendar("a", "d", d="20240922T010000Z"), "b.ics").headers["Location"]
        page = english.get(path).text
        offered = re.findall(r'name="gone" value="(\d+)"', page)
        data = {"mark": mark(page), "gone": [ids[name] for name in ticks]}
        assert english.post(f"{path}/accept", data=data).status_code == 303
        return offered, verdicts(english.get(path).text)

    assert again() == ([ids["d"], ids["b"], ids["c"]], ["no change", "other year"])
    assert {events(f"讲座{name}")[0].status for name in names} == {EventStatus.PUBLISHED}
    assert again("c", "d", "a") == ([ids["d"], ids["b"], ids["c"]], ["no change", "cancelled", "cancelled"])
    states = [events(f"讲座{name}")[0].status for name in names]
    assert states == [
        EventStatus.PUBLISHED,
        EventStatus.PUBLISHED,
        EventStatus.CANCELLED,
        EventStatus.CANCELLED,
    ]
    # What an office above cannot reach, and what a table leaves out, is no question.
    assert 'name="gone"' not in english.get(hand_in(english, LECTURE).headers["Location"]).text
    with transaction():
        events("讲座b")[0].region_code = "110105"
    last = english.get(hand_in(english, calendar("a"), "c.ics").headers["Location"]).text
    assert 'name="gone"' not in last


def test_a_long_file_is_shown_in_pages_and_by_result_and_ticks_stay(english, people, monkeypatch):
    monkeypatch.setattr(upload_pages, "ROWS_OF_A_PAGE", 2)
    monkeypatch.setattr(clock, "now", lambda: NINE - timedelta(days=10))
    sign_in(english, people.lian)
    file = table(
        *(f"{number},2024,讲座{number},2024-04-23,,,{GUANYUN},," for number in range(3)), "9,2024,,,,,,,,,"
    )
    path = hand_in(english, file).headers["Location"]
    page = english.get(path).text
    assert verdicts(page) == ["not imported", "new"]
    assert re.findall(r'href="([^"]+)#rows" rel="(\w+)"', page) == [(f"{path}?page=2", "next")]
    assert verdicts(english.get(f"{path}?page=2").text) == ["new", "new"]
    page = english.get(f"{path}?verdict=new&page=2").text
    assert (verdicts(page), "讲座2" in page) == (["new"], True)
    assert f'href="{path}?verdict=new#rows" rel="prev"' in page.replace("&amp;", "&")
    assert verdicts(english.get(f"{path}?verdict=nothing&page=99").text) == ["new", "new"]
    assert english.post(f"{path}/accept", data={"mark": mark(page)}).status_code == 303
    assert len(events("讲座0") + events("讲座1") + events("讲座2")) == 3
    assert verdicts(english.get(f"{path}?verdict=new&page=2").text) == ["new"]
    accept(english, calendar("a", "b", "c", "d"))
    path = hand_in(english, calendar("a", "b", "c"), "b.ics").headers["Location"]
    page = english.get(path).text
    gone = re.findall(r'name="gone" value="(\d+)" form="accept">', page)[-1]
    assert f'form="accept" formaction="{path}?page=2#rows"' in page
    page = english.post(f"{path}?page=2", data={"gone": gone}).text
    assert f'value="{gone}" form="accept" checked>' in page
    assert verdicts(page) == ["no change"]


def test_a_file_is_taken_in_once(english, people):
    sign_in(english, people.lian)
    path = accept(english, LECTURE)
    answer = english.post(f"{path}/accept", data={"mark": "0" * 32})
    assert answer.status_code == 409
    assert "This file has already been imported." in answer.text


def test_an_office_takes_in_its_region_and_the_committee_all(english, people):
    ways = {"lian": "new", "su": "new", "cui": "new", "bao": "not imported"}
    for name, verdict in ways.items():
        visitor = english.application.test_client()
        visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        sign_in(visitor, getattr(people, name))
        assert verdicts(visitor.get(hand_in(visitor, LECTURE).headers["Location"]).text) == [verdict], name


@pytest.mark.parametrize(
    ("lead", "seat"),
    [("云溪区市场监督管理局", None), ("岳阳市云溪区知识产权局", "430603"), ("灌云县司法局", "320723")],
)
def test_what_names_no_region_happens_where_the_office_is(english, people, lead, seat):
    """A district of this name lies in another province; an organization from there may be a guest."""
    sign_in(english, people.su)
    path = accept(english, table(f"1,2024,讲座,2024-04-23,9:00,11:00,,,,,{lead}"))
    (event,) = events("讲座")
    assert (event.region_code, event.lead.region_code) == ("320723" if seat == "320723" else "320000", seat)
    assert "Added automatically: region" in english.get(path).text


@pytest.mark.parametrize(("county", "code"), [("灌云县", "320723"), ("云溪区", "320000")])
def test_a_county_above_a_row_is_taken_where_it_lies_in_the_region_of_the_office(
    english, people, county, code
):
    sign_in(english, people.su)
    accept(english, f"活动名称,日期,地点\n一、{county},,\n讲座,4月23日,县文化馆\n".encode())
    assert [event.region_code for event in events("讲座")] == [code]


def test_another_persons_file_does_not_exist(english, people):
    sign_in(english, people.gu)
    path = hand_in(english, MIXED).headers["Location"]
    for name in ("he", "wang", "lian", "cui"):
        visitor = english.application.test_client()
        sign_in(visitor, getattr(people, name))
        assert visitor.get(path).status_code == 404, name
        for verb in ("accept", "discard"):
            assert visitor.post(f"{path}/{verb}").status_code == 404, name
    stranger = english.application.test_client()
    assert stranger.get(path).status_code == 303
    assert hand_in(stranger, LECTURE).headers["Location"] == "/desk/sign-in?next=/desk/import/"
    assert english.post(f"{path}/discard").headers["Location"] == "/desk/import/"
    assert english.get(path).status_code == 404


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"", "The file is empty."), (b"<!doctype html><title>Sign in</title>", "This is a web page,")],
)
def test_what_cannot_be_read_is_told_in_one_sentence(english, people, data, told):
    sign_in(english, people.gu)
    answer = hand_in(english, data)
    assert answer.status_code == 422
    assert told in answer.text
    assert db.session.scalar(select(func.count()).select_from(UploadedFile)) == 0


def test_no_file_and_no_week(english, people):
    sign_in(english, people.gu)
    answer = english.post("/desk/import/", data={"campaign": "ip-2024"})
    assert (answer.status_code, "Choose a file first." in answer.text) == (422, True)
    assert english.post("/desk/import/", data={"campaign": "nothing"}).status_code == 404


def test_a_file_is_kept_for_a_day_and_five_at_most(people):
    now, campaign = clock.now(), people.lecture.campaign
    drafts = [uploads.keep(people.gu, campaign, "a.csv", LECTURE, now) for _ in range(7)]
    kept = db.session.scalars(select(UploadedFile.id).order_by(UploadedFile.id)).all()
    assert kept == [draft.id for draft in drafts[2:]]
    assert uploads.forget_old(now + LIFE - timedelta(seconds=1)) == 0
    assert uploads.forget_old(now + LIFE) == 5


def test_imports_of_a_merged_entry_go_on_to_the_kept_one(english, people):
    kept = make_event(
        people.lecture.campaign, "企业座谈会", lead=OrganizationDraft.of(people.gu.organization)
    )
    sign_in(english, people.lian)
    accept(english, LECTURE)
    (other,) = events("进企业座谈")
    duplicates.merge_pair(people.lian, kept.id, other.id, clock.now())
    accept(english, LECTURE.replace("进企业座谈".encode(), "进企业座谈会".encode()))
    (event,) = events("进企业座谈会")
    assert event.id == kept.id
    assert event.origin is None
    with transaction():
        assert db.session.get_one(Event, other.id).withdrawn_at is not None


def test_the_template_comes_back_with_its_example(english, people):
    sign_in(english, people.gu)
    answer = english.get("/desk/import/template.xlsx?campaign=ip-2024")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == "attachment; filename=openweek-ip-2024.xlsx"
    assert load_workbook(BytesIO(answer.data)).sheetnames
    assert english.get("/desk/import/template.xlsx?campaign=nothing").status_code == 404


def test_a_cancellation_by_who_may_not_publish_waits_for_an_office(english, people):
    sign_in(english, people.gu)
    accept(english, LECTURE)
    (event,) = events("进企业座谈")
    lifecycle.publish(event, NINE, people.lian)
    cancelled = LECTURE.replace(b"organizers\n", b"organizers,status\n") + ",取消".encode()
    page = english.get(accept(english, cancelled)).text
    assert verdicts(page) == ["cancelled"]
    assert "An office reviews the change first; until then the public page stays as it is." in page
    assert event.status == EventStatus.PUBLISHED
    (proposal,) = proposals.open_of(event)
    assert (proposal.cancels, proposals.changed_fields(proposal)) == (True, ["status"])
    office = english.application.test_client()
    office.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    sign_in(office, people.lian)
    assert "Cancelled" in office.get(f"/desk/events/{event.id}").text
    proposals.accept(proposal.id, NINE, people.lian)
    db.session.refresh(event, ["changes"])
    assert (event.status, event.changes[-1].verb) == (EventStatus.CANCELLED, "dropped")
    assert proposals.open_of(event) == []


UNKNOWN = "活动名称,日期,暗号甲,暗号乙\n讲座,4月24日,县文化馆,蓝\n".encode()


def selected(page: str) -> list[str]:
    """What is answered for each unknown column; "" where it is not."""
    forms = re.findall(r'<select id="column-.*?</select>', page, re.S)
    return [next(iter(re.findall(r'value="([^"]*)" selected', form)), "") for form in forms]


def test_a_column_that_is_not_known_is_asked_about_once_and_remembered(english, people):
    sign_in(english, people.lian)
    path = hand_in(english, UNKNOWN).headers["Location"]
    page = english.get(path).text
    assert selected(page) == ["", ""]
    assert "The column “暗号甲” is not known and was not imported." in page
    answer = {"column": ["暗号甲", "暗号乙"], "field": ["venue_text", "-"]}
    assert english.post(f"{path}/columns", data=answer).status_code == 303
    stale = english.post(f"{path}/accept", data={"mark": mark(page)})
    assert stale.status_code == 409  # what was seen had no place yet
    page = english.get(path).text
    assert selected(page) == ["venue_text", "-"]
    assert "is not known and was not imported" not in page
    assert english.post(f"{path}/accept", data={"mark": mark(page)}).status_code == 303
    (event,) = events("讲座")
    assert event.venue_text == "县文化馆"
    later = hand_in(english, UNKNOWN.replace("讲座".encode(), "展览".encode())).headers["Location"]
    assert selected(english.get(later).text) == ["venue_text", "-"]
    english.post(f"{later}/columns", data={"column": ["暗号甲"], "field": [""]})
    assert selected(english.get(later).text) == ["", "-"]
    other = english.application.test_client()
    sign_in(other, people.su)  # of another organization
    assert selected(other.get(hand_in(other, UNKNOWN).headers["Location"]).text) == ["", ""]
    invented = {"column": ["暗号甲"], "field": ["origin"]}
    english.post(f"{later}/columns", data=invented)
    assert selected(english.get(later).text) == ["", "-"]


NICKNAMED = table(
    f"1,2024,专利讲座,2024-04-23,9:00,11:00,{GUANYUN},县图书馆报告厅,灌云知产局",
    f"2,2024,商标讲座,2024-04-24,9:00,11:00,{GUANYUN},县图书馆报告厅,灌云知产局",
)


def meant(page: str) -> list[str]:
    selects = re.findall(r'name="meant">(.*?)</select>', page, re.S)
    chosen = [re.search(r'value="([^"]*)"[^>]* selected', select) for select in selects]
    return [match[1] if match else "" for match in chosen]


def test_an_alike_organization_is_asked_about_once_and_remembered(english, people):
    sign_in(english, people.lian)
    bureau = people.lecture.lead_id
    path = hand_in(english, NICKNAMED).headers["Location"]
    page = english.get(path).text
    assert page.count("灌云知产局</span>") == 1  # one question for two rows
    assert meant(page) == [""]
    stale = mark(page)
    answer = {"name": ["灌云知产局"], "meant": [str(bureau)]}
    assert english.post(f"{path}/organizations", data=answer).status_code == 303
    assert english.post(f"{path}/accept", data={"mark": stale}).status_code == 409
    page = english.get(path).text
    assert meant(page) == [str(bureau)]
    assert english.post(f"{path}/accept", data={"mark": mark(page)}).status_code == 303
    (event,) = events("专利讲座")
    assert (event.lead_id, [host.name for host in event.hosts]) == (bureau, ["灌云县知识产权局"])
    again = hand_in(english, NICKNAMED).headers["Location"]
    assert verdicts(english.get(again).text) == ["no change", "no change"]
    english.post(f"{again}/organizations", data={"name": ["灌云知产局"], "meant": [""]})
    assert meant(english.get(again).text) == [""]
    english.post(f"{again}/organizations", data={"name": ["灌云知产局"], "meant": ["another"]})
    assert meant(english.get(again).text) == ["another"]
    english.post(f"{again}/organizations", data={"name": ["灌云知产局"], "meant": ["999999999999"]})
    assert meant(english.get(again).text) == [""]
    other = english.application.test_client()
    sign_in(other, people.su)
    assert meant(other.get(hand_in(other, NICKNAMED).headers["Location"]).text) == [""]


def test_a_table_for_which_a_browser_would_wait_for_minutes_is_refused_and_the_limit_said_before(
    english, people, monkeypatch
):
    monkeypatch.setattr(uploads, "MOST_ROWS", 3)
    sign_in(english, people.lian)
    assert (
        "Up to 4 MB and 3 events. Split a longer table into several files."
        in english.get("/desk/import/").text
    )
    assert hand_in(english, MIXED).status_code == 303  # three rows
    answer = hand_in(english, table(*MIXED.decode().split("\n")[1:], "4,2024,讲座,2024-04-24,,,,,,,"))
    assert answer.status_code == 422
    assert "The file has more than 3 rows. Please split it." in answer.text
    assert hand_in(english, calendar(*"abc"), "a.ics").status_code == 303
    answer = hand_in(english, calendar(*"abcd"), "a.ics")
    assert answer.status_code == 422
    assert "The calendar has more than 3 events. Export a shorter period." in answer.text


def test_pressed_again_while_it_is_imported_the_file_is_written_once_and_the_result_awaited(
    english, people, monkeypatch
):
    sign_in(english, people.lian)
    path = hand_in(english, LECTURE).headers["Location"]
    seen = mark(english.get(path).text)
    again = english.application.test_client()
    sign_in(again, people.lian)
    apply, meanwhile = uploads.apply.apply, []

    def press_again(*given):
        meanwhile.append(again.post(f"{path}/accept", data={"mark": seen}))
        meanwhile.append(again.get(path, headers={"Accept-Language": "en"}))
        meanwhile.append(again.post(f"{path}/discard"))
        return apply(*given)

    monkeypatch.setattr(uploads.apply, "apply", press_again)
    assert english.post(f"{path}/accept", data={"mark": seen}).status_code == 303
    pressed, waiting, discarded = meanwhile
    assert [pressed.status_code, pressed.headers["Location"]] == [303, path]
    assert "The file is being imported" in waiting.text
    assert '<meta http-equiv="refresh" content="3">' in waiting.text
    assert discarded.headers["Location"] == path
    assert len(events("进企业座谈")) == 1
    assert verdicts(english.get(path).text) == ["new"]


def test_an_import_that_failed_or_whose_process_ended_can_be_confirmed_again(english, people, monkeypatch):
    sign_in(english, people.lian)
    path = hand_in(english, LECTURE).headers["Location"]
    seen = mark(english.get(path).text)

    def fail(*_given):
        raise Conflict("The week was deleted.")

    with monkeypatch.context() as patch:
        patch.setattr(uploads.apply, "apply", fail)
        assert english.post(f"{path}/accept", data={"mark": seen}).status_code == 409
    upload = db.session.scalars(select(UploadedFile)).one()
    with transaction():
        upload.accepted_at = clock.now()
    assert "The file is being imported" in english.get(path).text
    with transaction():
        upload.accepted_at = clock.now() - LEASE
    assert english.post(f"{path}/accept", data={"mark": mark(english.get(path).text)}).status_code == 303
    assert verdicts(english.get(path).text) == ["new"]


class TestRate:
    @pytest.fixture
    def settings(self, settings):
        return settings | {"RATELIMIT_ENABLED": True}

    def test_an_account_hands_in_30_files_a_minute(self, english, people):
        sign_in(english, people.gu)
        answers = [english.post("/desk/import/", data={"campaign": "ip-2024"}) for _file in range(31)]
        assert [answer.status_code for answer in answers] == [422] * 30 + [429]
        english.delete_cookie("session")
        sign_in(english, people.he)
        assert hand_in(english, LECTURE).status_code == 303


def test_an_office_imports_what_two_people_review_as_submitted(english, people):
    with transaction():
        people.lecture.campaign.term(TermKind.FORMAT, "talk").second_reading = True
    head, row = LECTURE.decode().split("\n")
    fair = row.replace("1,2024,进企业座谈", "2,2024,专利集市")
    both = f"{head},format\n{row},主题宣讲\n{fair},公益科普".encode()
    sign_in(english, people.lian)
    page = english.get(accept(english, both)).text
    assert verdicts(page) == ["new", "new"]
    assert page.count("Two people review this form of activity before it is public.") == 1
    (lecture,), (fair,) = events("进企业座谈"), events("专利集市")
    assert (lecture.status, fair.status) == (EventStatus.SUBMITTED, EventStatus.PUBLISHED)
    assert [item.event.id for item in review.queue(people.su, lecture.campaign)] == [lecture.id]
