"""A poster of an event to share, as a picture for chats and on paper; read by programs that are not ours."""

from io import BytesIO

import pypdfium2
import pytest
from PIL import Image

from models.publishing.lifecycle import cancel
from tests.support.files import pdf_text
from tests.support.records.codes import read
from tests.support.records.week import NINE, load_week, make_event

BLUE, RED, WHITE = (31, 67, 115), (179, 38, 30), (255, 255, 255)


@pytest.fixture
def event(app):
    return make_event(
        load_week(), "“知识产权转化运用”主题宣讲", groups=("youth", "public"), venue_text="县图书馆"
    )


def near(colour, wanted):
    return max(abs(a - b) for a, b in zip(colour, wanted, strict=True)) < 12


def test_the_picture_opens_the_page_of_the_event(client, event):
    answer = client.get(f"/ip-2024/events/{event.id}/share-poster.png")
    assert (answer.status_code, answer.content_type, len(answer.data) < 200_000) == (200, "image/png", True)
    with Image.open(BytesIO(answer.data)) as image:
        picture = image.convert("RGB")
    assert picture.size == (1080, 1440)
    assert read(picture) == [f"http://openweek.test/ip-2024/events/{event.id}"]
    assert near(picture.getpixel((5, 5)), BLUE)
    assert near(picture.getpixel((5, 1430)), WHITE)


def test_on_paper_its_text_can_be_read(client, event):
    answer = client.get(f"/ip-2024/events/{event.id}/share-poster.pdf")
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    [text] = pdf_text.words(answer.data)
    wanted = [
        *("2024年全国知识产权宣传周", "“知识产权转化运用”主题宣讲", "4月22日周一09:00–11:00", "县图书馆"),
        *("社会公众、青少年", "灌云县知识产权局", "扫码查看活动详情，加入日历"),
    ]
    assert [part for part in wanted if part not in text] == [], text
    assert sorted(wanted, key=text.index) == wanted
    document = pypdfium2.PdfDocument(answer.data)
    assert tuple(round(side) for side in document[0].get_size()) == (595, 842)
    code = read(document[0].render(scale=2, grayscale=True).to_numpy())
    document.close()
    assert code == [f"http://openweek.test/ip-2024/events/{event.id}"]


def test_a_cancelled_event_says_so(client, event):
    cancel(event, NINE)
    [text] = pdf_text.words(client.get(f"/ip-2024/events/{event.id}/share-poster.pdf").data)
    assert "已取消" in text
    with Image.open(BytesIO(client.get(f"/ip-2024/events/{event.id}/share-poster.png").data)) as image:
        assert near(image.convert("RGB").getpixel((5, 5)), RED)


def test_it_is_kept_until_the_event_changes(client, event):
    path = f"/ip-2024/events/{event.id}/share-poster.png"
    etag = client.get(path).headers["ETag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    cancel(event, NINE)
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 200
    assert [
        client.get(f"/ip-2024/events/9999/share-poster.{kind}").status_code for kind in ("png", "pdf")
    ] == [404] * 2


def test_the_page_of_the_event_offers_both(client, event):
    path = f"/ip-2024/events/{event.id}"
    page = client.get(path).text
    assert [f'href="{path}/share-poster.{kind}"' in page for kind in ("png", "pdf")] == [True, True]


@pytest.mark.parametrize(
    "title", ["启", "知识产权进校园" * 20, "IP Week " * 30], ids=("short", "long", "latin")
)
def test_whatever_the_title_the_code_is_read(client, event, title):
    other = make_event(event.campaign, title, venue_text="县图书馆一楼报告厅、人民广场、" * 6)
    with Image.open(BytesIO(client.get(f"/ip-2024/events/{other.id}/share-poster.png").data)) as image:
        assert read(image.convert("L")) == [f"http://openweek.test/ip-2024/events/{other.id}"]
