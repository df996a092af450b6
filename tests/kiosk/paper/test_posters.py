"""Posters: A4, black on white, small; rendered and read by programs that are not ours."""

from io import BytesIO

import numpy
import pypdfium2
import pytest

from kiosk.paper import posters
from models import clock
from models.codes import venue_codes
from models.db import db, transaction
from models.events.draft import OrganizationDraft
from models.organizations.tables import Role, add_account
from models.publishing.lifecycle import cancel
from tests.support.codes import read
from tests.support.week import DAY, NINE, load_week, make_event, session

LONG = "“知识产权转化运用促进高质量发展”主题宣讲暨中小学生发明创造成果展示活动（第三届），以及专利申请、商标注册现场咨询服务"
A4_POINTS = (595, 842)


@pytest.fixture
def week(app):
    return load_week()


def rendered(pdf, scale=2.0):
    """Each page as a picture of greys."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=scale, grayscale=True).to_numpy() for page in document]
    finally:
        document.close()


def address(code):
    return f"HTTP://OPENWEEK.TEST/V/{code.token(NINE)}"


def ink(picture):
    return float(numpy.mean(picture < 128))


@pytest.mark.parametrize("title", ["知识产权进校园", LONG, LONG * 3, "IP Week " * 12, "启"], ids=range(5))
def test_a_poster_carries_its_code_whatever_the_title(week, title):
    code = venue_codes.code_for_event(make_event(week, title), NINE)
    pages = rendered(posters.poster_pdf([code], NINE))
    assert [read(page) for page in pages] == [[address(code)]]
    assert 0.03 < ink(pages[0]) < 0.12


def test_it_is_a_small_a4(week):
    pdf = posters.poster_pdf([venue_codes.code_for_event(make_event(week, LONG), NINE)], NINE)
    document = pypdfium2.PdfDocument(pdf)
    size = tuple(round(side) for side in document[0].get_size())
    document.close()
    assert size == A4_POINTS
    assert len(pdf) < 60_000


def test_many_sittings_leave_the_code_and_the_margins_alone(week):
    days = [session(NINE, 1.5, DAY) for _ in range(7)]
    event = make_event(week, LONG * 2, occurrences=days, venue_text="县图书馆一楼报告厅、人民广场、" * 6)
    code = venue_codes.code_for_event(event, NINE)
    [page] = rendered(posters.poster_pdf([code], NINE))
    assert read(page) == [address(code)]
    edge = round(20 / 297 * page.shape[0])
    assert page[:, :edge].min() == page[:, -edge:].min() == 255
    # A white band stays between the text and the corners of the code.
    top = round(posters.CODE_TOP / posters.HIGH * page.shape[0])
    assert page[top - 6 : top - 2].min() == 255


def test_pages_stand_in_the_order_asked_for(week):
    made = [venue_codes.code_for_event(make_event(week, f"活动{n}"), NINE) for n in range(5)]
    wanted = [made[2], made[0], made[4]]
    pages = rendered(posters.poster_pdf(wanted, NINE))
    assert [read(page) for page in pages] == [[address(code)] for code in wanted]


def test_rows_are_read_in_batches(week, count_queries):
    made = [venue_codes.code_for_event(make_event(week, f"活动{n}"), NINE) for n in range(12)]
    counts = []
    for some in (made[:1], made):
        db.session.expunge_all()
        with count_queries() as queries:
            posters.write_posters(BytesIO(), [code.number for code in some], NINE)
        counts.append(len(queries))
    assert counts[0] == counts[1]


class TestFromTheDesk:
    @pytest.fixture
    def sign_in(self, app, week):
        """A browser in which somebody of the organization is signed in."""

        def signed_in(event, email):
            with transaction():
                account = add_account(email, event.lead, Role.ORGANIZER, "rehearsal-password", NINE)
            client = app.test_client()
            with client.session_transaction() as held:
                held["_user_id"], held["_fresh"] = account.get_id(), True
            return client

        return signed_in

    def test_an_organizer_prints_her_event(self, week, sign_in):
        event = make_event(week, "知识产权进校园")
        answer = sign_in(event, "li@ip.example").get(f"/desk/events/{event.id}/poster.pdf")
        assert (answer.status_code, answer.content_type) == (200, "application/pdf")
        assert answer.headers["Cache-Control"] == "private, no-store"
        code = venue_codes.code_for_event(event, clock.now())
        assert [read(page) for page in rendered(answer.data)] == [[address(code)]]

    def test_for_others_it_does_not_exist(self, week, sign_in, client):
        hers, other = (
            make_event(week),
            make_event(week, lead=OrganizationDraft("灌云县人民法院", "320723", "courts")),
        )
        assert (
            sign_in(other, "wang@court.example").get(f"/desk/events/{hers.id}/poster.pdf").status_code == 404
        )
        assert client.get(f"/desk/events/{hers.id}/poster.pdf").status_code == 303

    def test_a_cancelled_event_has_none(self, week, sign_in):
        event = make_event(week)
        client = sign_in(event, "li@ip.example")
        cancel(event, NINE)
        assert client.get(f"/desk/events/{event.id}/poster.pdf").status_code == 409
