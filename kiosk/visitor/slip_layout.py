"""A slip of attendance on paper: A5, with a line for the name that the holder writes, and its QR symbol."""

from io import BytesIO

from models.codes.slips import Slip
from models.drawing import pdf
from models.drawing.page import A5, Box, Code, Item, Line, Page, Paragraph, mm, said
from models.drawing.qr import PASS_LEVEL
from models.drawing.text_layout import Face, fitted

_MIDDLE, _ROOM = A5[0] / 2, A5[0] - 2 * mm(16)
_LEFT, _CODE = mm(16), mm(62)
_SMALL = Face(9)


def slip_pdf(slip: Slip, address: str) -> bytes:
    out = BytesIO()
    pdf.write(out, "到场凭证 Slip of attendance", [Page(_items(slip, address), A5)], about=address)
    return out.getvalue()


def _items(slip: Slip, address: str) -> list[Item]:
    items: list[Item] = [
        said("到场凭证", Face(26, 700), _MIDDLE, mm(14)),
        said("Slip of attendance", Face(11), _MIDDLE, mm(25)),
    ]
    y = mm(36)
    day = f"{slip.day.year}年{slip.day.month}月{slip.day.day}日 {slip.since:%H:%M} 起"
    for text, faces, most in (
        (slip.week, [Face(12, 500), Face(10, 500)], [1, 1]),
        (slip.title, [Face(19, 700), Face(16, 700), Face(13, 700)], [2, 2, 3]),
        (day, [Face(14, 500)], [1]),
        (slip.place, [Face(12, 500), Face(10, 500)], [1, 2]),
        (f"{slip.heads}人" if slip.heads > 1 else "", [Face(14, 500)], [1]),
    ):
        if not text:
            continue
        face, lines = fitted(text, faces, _ROOM, most)
        for line in lines:
            items.append(said(line, face, _MIDDLE, y))
            y += face.size * 1.35
        y += mm(1.5)
    holder = "持有参与码或手机的人已到场。" if slip.heads == 1 else "持有团体码的团体已到场。"
    items.append(said(holder, Face(11), _MIDDLE, mm(96)))
    items.append(Paragraph((Line("姓名（由持有人填写）", Face(11), _LEFT, mm(108)),)))
    items.append(Box(_LEFT + mm(40), mm(113), _ROOM - mm(40), 0.7))
    items.append(Code(address, PASS_LEVEL, _MIDDLE - _CODE / 2, mm(119), _CODE, "到场凭证的二维码"))
    for number, text in enumerate(
        (
            "扫码核对。凭证不含姓名，由签名保护，改动后即失效。",
            "Scan to check. No name is in it; any change breaks its signature.",
        )
    ):
        items.append(said(text, _SMALL, _MIDDLE, mm(184 + 5 * number)))
    return items
