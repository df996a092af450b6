"""A summary as a Word document by GB/T 9704-2012: everything by styles, so that a clerk goes on in Word or WPS.

Fonts that a machine does not have are named with the one to take instead (w:altName).
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from models.drawing import qr
from models.drawing.page import Code, Page
from models.drawing.picture import png as page_png
from web.summaries import charts, columns
from web.summaries.blocks import (
    Block,
    Body,
    Chart,
    Heading,
    NewPage,
    Note,
    Picture,
    SealCode,
    Table,
    Title,
    ToWrite,
)  # fmt: skip

XBS, FANG, HEI, KAI, SONG = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
LATIN = "Times New Roman"
ALTERNATIVES = {XBS: "宋体", FANG: "仿宋", HEI: "SimHei", KAI: "楷体", SONG: "SimSun"}
NUMBER_2, NUMBER_3, NUMBER_4 = Pt(22), Pt(16), Pt(14)
LINE = Pt(28)
TEXT_WIDE = Mm(156)
PICTURE_HIGH = Mm(90)
CELL, CELL_MARGINS = Pt(10.5), 12.0  # of text; points at both sides of it
# Of one style: font, size, alignment, first-line indent in hundredths of a character, exact line.
_LEFT, _CENTRE, _BOTH = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY
STYLES: dict[str, tuple[str, Pt, Any, int, Pt | None]] = {
    "Normal": (FANG, NUMBER_3, _BOTH, 200, LINE),
    "Title": (XBS, NUMBER_2, _CENTRE, 0, Pt(36)),
    "Subtitle": (KAI, NUMBER_3, _CENTRE, 0, LINE),
    "Heading 1": (HEI, NUMBER_3, _LEFT, 200, LINE),
    "Heading 2": (KAI, NUMBER_3, _LEFT, 200, LINE),
    "Heading 3": (FANG, NUMBER_3, _LEFT, 200, LINE),
    "Caption": (HEI, Pt(12), _CENTRE, 0, Pt(24)),
    "注释": (FANG, Pt(12), _BOTH, 200, Pt(20)),
    "待填写": (KAI, NUMBER_3, _BOTH, 200, LINE),
    "表格文字": (FANG, CELL, _LEFT, 0, Pt(18)),
    "表头": (HEI, CELL, _LEFT, 0, Pt(18)),
    "图": (FANG, NUMBER_3, _CENTRE, 0, None),
    "页码": (SONG, NUMBER_4, _LEFT, 0, None),
}
HEADED = ("Heading 1", "Heading 2", "Heading 3", "Caption")


def write(blocks: Sequence[Block], title: str, author: str) -> bytes:
    document = Document()
    _set_page(document)
    _set_styles(document)
    _set_fonts(document)
    document.core_properties.title, document.core_properties.author = title, author
    document.core_properties.comments = ""
    document.core_properties.language = "zh-CN"
    writer = _Writer(document)
    for block in blocks:
        writer.add(block)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


class _Writer:
    def __init__(self, document: Any) -> None:
        self.document = document

    def add(self, block: Block) -> None:  # noqa: C901 - one case for each kind of block
        match block:
            case Title():
                self.document.add_paragraph(block.text, "Title")
                self.document.add_paragraph(block.below, "Subtitle")
            case Heading():
                self.document.add_paragraph(block.text, f"Heading {block.level}")
            case Body():
                self.document.add_paragraph(block.text, "Normal")
            case ToWrite():
                self.document.add_paragraph(block.text, "待填写")
            case Note():
                self.document.add_paragraph(block.text, "注释")
            case Table():
                self._table(block)
            case Chart():
                self._caption(block.caption)
                values = "; ".join(f"{label} {number:,}" for label, number, _colour in block.bars)
                self._picture(charts.png(block), Mm(150), f"{block.caption}: {values}")
            case Picture():
                wide = min(int(TEXT_WIDE), int(PICTURE_HIGH * block.wide / block.high))
                self._picture(block.jpeg, wide, block.alt, keep=True)
                self.document.add_paragraph(block.alt, "Caption").paragraph_format.keep_with_next = False
            case NewPage():
                self.document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
            case SealCode():
                self._seal(block)

    def _seal(self, block: SealCode) -> None:
        paragraphs = [self.document.add_paragraph(block.text, "Normal")]
        for line in block.lines:
            paragraphs.append(self.document.add_paragraph(line, "注释"))
            paragraphs[-1].alignment = WD_ALIGN_PARAGRAPH.LEFT  # a long address leaves wide gaps before it
        for paragraph in paragraphs:
            paragraph.paragraph_format.keep_together = paragraph.paragraph_format.keep_with_next = True
        self._picture(_code(block.url), Mm(40), block.url)

    def _caption(self, text: str) -> None:
        self.document.add_paragraph(text, "Caption")

    def _picture(self, data: bytes, wide: int, about: str, *, keep: bool = False) -> None:
        paragraph = self.document.add_paragraph(style="图")
        paragraph.paragraph_format.keep_with_next = keep
        shape = paragraph.add_run().add_picture(BytesIO(data), width=wide)
        shape._inline.docPr.set("descr", about)

    def _table(self, block: Table) -> None:
        self._caption(block.caption)
        rows = [block.head, *block.lines]
        table = self.document.add_table(len(rows), len(block.head), "Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        widths = column_widths(block)
        for column, wide in zip(table.columns, widths, strict=True):
            column.width = wide
        cells = table._cells  # table.cell() would read them all again for each
        for place, row in enumerate(rows):
            for number, value in enumerate(row):
                cell = cells[place * len(block.head) + number]
                cell.width = widths[number]
                paragraph = cell.paragraphs[0]
                paragraph.style = "表头" if place == 0 or (block.sums and row is block.sums) else "表格文字"
                paragraph.add_run(columns.shown(value))
                if block.is_right(number):
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                if _stays(block, place):
                    paragraph.paragraph_format.keep_with_next = True
            _keep_row(table.rows[place]._tr, head=place == 0)
        after = self.document.add_paragraph(style="表格文字")
        after.paragraph_format.space_after = Pt(0)


def _stays(block: Table, place: int) -> bool:
    """Whether a row, 0 is the head, is on one page with the next: all of a short table, else the first ones and the sums."""
    last = len(block.lines)
    return place < last and (block.is_short or place < 2 or place == last - 1)


def column_widths(block: Table) -> list[int]:
    return [Pt(wide) for wide in columns.column_widths(block, _wide, TEXT_WIDE.pt)]


def _wide(text: str) -> float:
    """In a cell, in points. A digit is wider in some of the fonts that stand in where ours is not installed."""
    return CELL_MARGINS + sum(CELL.pt * (1 if ord(letter) > 0x2E80 else 0.62) for letter in text)


def _keep_row(row: Any, *, head: bool) -> None:
    """No row is parted between two pages; the head is repeated on each."""
    properties = row.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if head:
        properties.append(OxmlElement("w:tblHeader"))


def _code(url: str) -> bytes:
    return page_png(Page([Code(url, qr.VENUE_LEVEL, 0, 0, 120, url)], (120, 120)), 5)


def _set_page(document: Any) -> None:
    section = document.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)  # the number stands 7 mm below the text
    document.settings.odd_and_even_pages_header_footer = True
    for footer, outside in ((section.footer, "right"), (section.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph._p.get_or_add_pPr()
        paragraph.style = _style(document, "页码")
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if outside == "right" else WD_ALIGN_PARAGRAPH.LEFT
        setattr(paragraph.paragraph_format, f"{outside}_indent", NUMBER_4)  # one character from the edge
        paragraph.add_run("— ")
        _add_page_field(paragraph)
        paragraph.add_run(" —")


def _add_page_field(paragraph: Any) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("text", "1"), ("end", "")):
        run = paragraph.add_run()
        if kind == "text":
            run.text = text
        elif kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        else:
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = f" {text} "
            run._r.append(code)


def _style(document: Any, name: str) -> Any:
    if name in document.styles:
        return document.styles[name]
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style, style.quick_style = document.styles["Normal"], True
    return style


def _set_styles(document: Any) -> None:
    for name, (family, size, alignment, indent, line) in STYLES.items():
        style = _style(document, name)
        _set_font(style, family, size)
        form = style.paragraph_format
        form.alignment, form.space_before, form.space_after = alignment, Pt(0), Pt(0)
        form.widow_control = True
        form.keep_with_next = name in HEADED
        if line is None:
            form.line_spacing_rule = WD_LINE_SPACING.SINGLE
        else:
            form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, line
        _set_indent(style, indent, size)
    document.styles["Title"].paragraph_format.space_before = LINE
    document.styles["Subtitle"].paragraph_format.space_after = LINE
    for border in document.styles["Title"].element.iter(qn("w:pBdr")):
        border.getparent().remove(border)
    shade = parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="FFF2CC"/>')
    document.styles["待填写"].element.get_or_add_pPr().append(shade)


def _set_indent(style: Any, hundredths: int, size: Pt) -> None:
    """In characters, as Word and WPS show it, and in points for who does not know characters."""
    style.paragraph_format.first_line_indent = int(size * hundredths / 100)
    indent = style.element.get_or_add_pPr().find(qn("w:ind"))
    if indent is not None:
        indent.set(qn("w:firstLineChars"), str(hundredths))


def _set_font(style: Any, family: str, size: Pt) -> None:
    font = style.font
    font.size, font.bold, font.italic, font.name = size, False, False, LATIN
    font.color.rgb = RGBColor(0, 0, 0)
    properties = style.element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), LATIN)
    fonts.set(qn("w:eastAsia"), family)
    spoken = OxmlElement("w:lang")
    spoken.set(qn("w:eastAsia"), "zh-CN")
    for old in properties.findall(qn("w:lang")) + properties.findall(qn("w:spacing")):
        properties.remove(old)
    properties.append(spoken)


def _set_fonts(document: Any) -> None:
    """The table of fonts, with what to take where one is not installed."""
    entries = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/>'
        f'<w:family w:val="{"modern" if name in (FANG, KAI, HEI) else "roman"}"/><w:pitch w:val="default"/></w:font>'
        for name, other in ALTERNATIVES.items()
    )
    for part in document.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            declared = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
            part._blob = f"{declared}<w:fonts {nsdecls('w')}>{entries}</w:fonts>".encode()
