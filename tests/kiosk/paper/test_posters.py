"""Posters: A4, black on white, small; rendered and read by programs that are not ours."""

from io import BytesIO

import numpy
import pypdfium2
import pytest

from kiosk.paper import formats, poster_layout, posters
from models import clock
from models.codes import venue_codes
from models.db import db, transaction
from models.drawing.page import A4
from models.events.draft import OrganizationDraft
from models.organizations.tables import Role, add_account
from models.publishing.lifecycle import cancel
from tests.support.files import pdf_text
from tests.support.records.codes import read
from tests.support.records.week import DAY, NINE, load_week, make_event, session

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
    return f"http://OPENWEEK.TEST/V/{code.token(NINE)}"


def ink(picture):
    return float(numpy.mean(picture < 128))


@pytest.mark.parametrize("title", ["知识产权进校园", LONG, LONG * 3, "IP Week " * 12, "启"], ids=range(5))
def test_a_poster_carries_its_code_whatever_the_title(week, title):
    code = venue_codes.code_for_event(make_event(week, title), NINE)
    pages = rendered(posters.poster_pdf([code], NINE))
    assert [read(page) for page in pages] == [[address(code)]]
    assert 0.03 < ink(pages[0]) < 0.12


def test_a_code_with_a_long_mac_is_read_from_every_form(week, runner):
    runner.invoke(args=["key", "new", "venue", "--long"])
    code = venue_codes.code_for_event(make_event(week, LONG), NINE)
    assert len(code.token(NINE)) == 40
    for form in formats.ALL:
        pages = rendered(posters.poster_pdf([code], NINE, form))
        assert [set(read(page)) for page in pages] == [{address(code)}]


def test_it_is_a_small_a4(week):
    pdf = posters.poster_pdf([venue_codes.code_for_event(make_event(week, LONG), NINE)], NINE)
    document = pypdfium2.PdfDocument(pdf)
    size = tuple(round(side) for side in document[0].get_size())
    document.close()
    assert size == A4_POINTS
    assert len(pdf) < 60_000


def test_its_text_is_read_in_order(week):
    event = make_event(week, LONG, occurrences=[session(NINE, 2)], venue_text="县图书馆一楼报告厅")
    pdf = posters.poster_pdf([venue_codes.code_for_event(event, NINE)], NINE)
    [text] = pdf_text.words(pdf)
    wanted = [
        "2024年全国知识产权宣传周",
        LONG,
        "4月22日周一09:00–11:00",
        "县图书馆一楼报告厅",
        "用手机扫码签到，不需要姓名",
    ]
    assert [text.count(part) for part in wanted] == [1] * 5
    assert sorted(wanted, key=text.index) == wanted


def test_it_tells_its_language_its_title_and_what_its_code_is(week):
    pdf = posters.poster_pdf([venue_codes.code_for_event(make_event(week), NINE)], NINE)
    assert pdf_text.title(pdf) == "2024年全国知识产权宣传周 现场码"
    about = "现场码：用手机扫码签到".encode("utf-16-be")
    for part in (
        b"/Lang (zh-CN)",
        b"/Marked true",
        b"/StructTreeRoot",
        b"/S /H1",
        b"/S /Figure",
        b"/DisplayDocTitle true",
    ):
        assert part in pdf
    assert b"\xfe\xff" + about in pdf or about.hex().encode() in pdf.lower()


def test_several_pages_have_bookmarks(week):
    made = [venue_codes.code_for_event(make_event(week, f"活动{n}"), NINE) for n in range(3)]
    assert pdf_text.bookmarks(posters.poster_pdf(made, NINE)) == [("活动0", 0), ("活动1", 1), ("活动2", 2)]
    assert pdf_text.bookmarks(posters.poster_pdf(made[:1], NINE)) == []


SCRIPTS = {
    "uyghur": "ئەقلىي مۈلۈك ھوقۇقى تەشۋىقات ھەپتىلىكى 知识产权宣传周（新疆）",
    "tibetan": "ཤེས་བྱའི་ཐོན་དངོས་བདག་དབང་དྲིལ་བསྒྲགས་ 知识产权进寺院",
    "mongolian": "ᠮᠣᠩᠭᠣᠯ 지식재산권 홍보 知识产权进牧区",
    "yi": "ꆈꌠꉙ 知识产权进村",
}


@pytest.mark.parametrize("title", SCRIPTS.values(), ids=SCRIPTS)
def test_every_script_of_the_country_is_printed(week, title):
    code = venue_codes.code_for_event(make_event(week, title), NINE)
    out = BytesIO()
    assert posters.write_posters(out, [code.number], NINE) == []
    [text] = pdf_text.words(out.getvalue())
    assert [word for word in title.split() if word not in text] == []
    assert "□" not in text
    assert [read(page) for page in rendered(out.getvalue())] == [[address(code)]]


def test_what_cannot_be_printed_is_answered(week):
    code = venue_codes.code_for_event(make_event(week, "知识产权🚀进校园", venue_text="礼堂😀"), NINE)
    assert posters.write_posters(BytesIO(), [code.number], NINE) == ["🚀", "😀"]
    assert posters.unprintable(code.event) == ["🚀", "😀"]


def test_many_occurrences_leave_the_code_and_the_margins_alone(week):
    days = [session(NINE, 1.5, DAY) for _ in range(7)]
    event = make_event(week, LONG * 2, occurrences=days, venue_text="县图书馆一楼报告厅、人民广场、" * 6)
    code = venue_codes.code_for_event(event, NINE)
    [page] = rendered(posters.poster_pdf([code], NINE))
    assert read(page) == [address(code)]
    edge = round(20 / 297 * page.shape[0])
    assert page[:, :edge].min() == page[:, -edge:].min() == 255
    # A white band stays between the text and the corners of the code.
    top = round(poster_layout.CODE_TOP / A4[1] * page.shape[0])
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
            answer = client.post(
                "/desk/sign-in", data={"email": account.email, "password": "rehearsal-password"}
            )
            assert answer.status_code == 303
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
