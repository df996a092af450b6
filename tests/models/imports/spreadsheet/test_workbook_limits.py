"""Small workbooks that would hold a thread for minutes: refused or read within the limits."""

import io
import zipfile
from collections.abc import Callable
from time import monotonic, process_time

import pytest

from models.errors import Mistake
from models.imports.read_file import read_file
from models.imports.spreadsheet import workbook
from models.imports.spreadsheet.names.hosts import hosts
from models.imports.spreadsheet.to_draft import understand
from tests.models.imports.spreadsheet.test_rows import HEAD, xlsx
from tests.support.records.tables import said

TOO_LARGE = "This spreadsheet is too large. Keep only the table with the events and save it again."
TOO_MANY_ROWS = "The file has more than 60000 rows. Split it into several files."
TOO_MANY_COLUMNS = "The spreadsheet has more than 60 columns. Keep only the table with the events."


def with_rows(*rows: bytes) -> bytes:
    """A workbook with one event, and rows of XML behind it."""
    stream = io.BytesIO()
    book = zipfile.ZipFile(io.BytesIO(xlsx(HEAD, ("讲座", "4月22日9:00", "县馆", ""))))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in book.infolist():
            data = book.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                data = data.replace(b"</sheetData>", b"".join(rows) + b"</sheetData>")
            target.writestr(entry.filename, data)
    return stream.getvalue()


def with_part(name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same with another content of one part."""
    stream = io.BytesIO()
    book = zipfile.ZipFile(io.BytesIO(with_rows()))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in book.infolist():
            data = book.read(entry)
            target.writestr(entry.filename, change(data) if entry.filename == name else data)
    return stream.getvalue()


def with_styles(styles: bytes) -> bytes:
    return with_part("xl/styles.xml", lambda _before: b"<styleSheet>" + styles + b"</styleSheet>")


def with_names(count: int) -> bytes:
    names = b'<definedName name="a">S!$A$1</definedName>' * count + b"</workbook>"
    return with_part("xl/workbook.xml", lambda before: before.replace(b"</workbook>", names))


def with_strings(strings: bytes) -> bytes:
    """The same with texts that cells share."""
    stream = io.BytesIO(with_rows())
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as target:
        target.writestr("xl/sharedStrings.xml", b"<sst>" + strings + b"</sst>")
    return stream.getvalue()


TEXT = b'<c r="A%s" t="inlineStr"><is><t>x</t></is></c>'


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (with_rows(b'<row r="2000000000">', TEXT.replace(b"%s", b"2000000000"), b"</row>"), TOO_MANY_ROWS),
        (with_rows(b'<row r="3"><c r="XFD3" t="inlineStr"><is><t>x</t></is></c></row>'), TOO_MANY_COLUMNS),
        (with_rows(b'<row r="3">', b"<c><v>1</v></c>" * 700_000, b"</row>"), TOO_LARGE),
        (with_rows(*(b'<row r="3"/>' for _ in range(130_000))), TOO_MANY_ROWS),
        (with_rows(b'<row r="3">', b"<x/>" * 30_000, b"</row>", b'<row r="4"/>'), TOO_LARGE),
        (with_rows(b'<row r="3"/>', b"<x/>" * 300_000), TOO_LARGE),
        (
            with_styles(b'<numFmts><numFmt numFmtId="200" formatCode="' + b"[" * 300_000 + b'"/></numFmts>'),
            TOO_LARGE,
        ),
        (with_styles(b"<numFmts>" + b'<numFmt formatCode="[["/>' * 6_000 + b"</numFmts>"), TOO_LARGE),
        (with_styles(b"<cellXfs>" + b"<xf/>" * 250_000 + b"</cellXfs>"), TOO_LARGE),
        (with_names(15_000), TOO_LARGE),
        (with_rows(*[b'<row r="3">' + b'<mergeCell ref="A3:A4"/>' * 10_000 + b"</row>"] * 21), TOO_LARGE),
        (with_strings(b"<si>" + b"<r><t>x</t></r>" * 250_000 + b"</si>"), TOO_LARGE),
        (with_rows(b'<row r="3">', TEXT.replace(b">x", b">" + b"x" * 100_001) % b"3", b"</row>"), TOO_LARGE),
    ],
)
def test_content_beyond_the_limits_is_refused_at_once(data, sentence):
    begins = monotonic()
    with pytest.raises(Mistake) as refused:
        read_file(data, "x.xlsx")
    assert str(refused.value) == sentence
    assert monotonic() - begins < 10


def with_more(name: str, content: bytes) -> bytes:
    """The same with one part more."""
    stream = io.BytesIO(with_rows())
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as target:
        target.writestr(name, content)
    return stream.getvalue()


def with_many_parts(count: int) -> bytes:
    stream = io.BytesIO(with_rows())
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as target:
        for number in range(count):
            target.writestr(f"xl/externalLinks/externalLink{number}.xml", b"")
    return stream.getvalue()


def test_parts_that_are_not_read_are_counted():
    assert [row.cells["title"] for row in read_file(with_many_parts(400), "x.xlsx")] == ["讲座"]
    with pytest.raises(Mistake) as refused:
        read_file(with_many_parts(600), "x.xlsx")
    assert str(refused.value) == TOO_LARGE


XF = b'<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0"><alignment vertical="center"/></xf>'


@pytest.mark.parametrize(
    "data",
    [
        with_part("xl/styles.xml", lambda before: before.replace(b"</cellXfs>", XF * 20_000 + b"</cellXfs>")),
        with_more("xl/calcChain.xml", b"<calcChain>" + b'<c r="A1" i="1"/>' * 250_000 + b"</calcChain>"),
        with_more("xl/pivotCache/pivotCacheRecords1.xml", b"<r>" + b'<x v="0"/>' * 250_000 + b"</r>"),
    ],
    ids=["styles that grew for years", "250,000 formulas", "a pivot table of 20,000 rows"],
)
def test_what_a_large_table_of_an_office_brings_with_it_is_taken(data):
    assert [row.cells["title"] for row in read_file(data, "x.xlsx")] == ["讲座"]


def test_all_cells_together_have_so_much_text(monkeypatch):
    """One text of a few KB may be shared by all of them."""
    long = TEXT.replace(b">x", b">" + b"x" * 20_000)
    rows = with_rows(*(b'<row r="%s">' % number + long % number + b"</row>" for number in (b"3", b"4")))
    read_file(rows, "x.xlsx")
    monkeypatch.setattr(workbook, "MOST_TEXT", 30_000)
    with pytest.raises(Mistake, match="too large"):
        read_file(rows, "x.xlsx")


@pytest.mark.parametrize(
    "rows",
    [
        [b'<row r="2000000000"/>'],
        [b'<row r="1048576"><c r="A1048576" s="1"/></row>'],
        [b'<row r="3">', b'<c r="A3" s="0"/>' * 1_500_000, b"</row>"],
        [b'<row r="3"><c r="XFD3" s="0"/></row>'],
    ],
)
def test_empty_cells_and_rows_cost_nothing(rows):
    begins = monotonic()
    assert [row.cells["title"] for row in read_file(with_rows(*rows), "x.xlsx")] == ["讲座"]
    assert monotonic() - begins < 10


MANY = 60_000  # attributes: 700 kB of XML, 2 kB in the zip


@pytest.mark.parametrize(
    ("part", "ending", "swollen"),
    [
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b"<c" + b' r="A3"' * MANY + b"></c></sheetData>"),
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b"<c" + b' r="A3"' * MANY + b"<x/></sheetData>"),
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b"<row" + b' r="3"' * MANY + b"<x/></sheetData>"),
        ("xl/workbook.xml", b"</workbook>", b"<sheet " + b"a" * 7 * MANY + b"/></workbook>"),
    ],
)
def test_a_tag_without_end_costs_no_more_than_its_length(part, ending, swollen):
    """Each would be compared with each other: minutes in which no other thread of the process runs."""
    stream = io.BytesIO()
    book = zipfile.ZipFile(io.BytesIO(xlsx(HEAD, ("讲座", "4月22日9:00", "县馆", ""))))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in book.infolist():
            data = book.read(entry)
            target.writestr(entry.filename, data.replace(ending, swollen) if entry.filename == part else data)
    begins = process_time()
    with pytest.raises(Mistake, match="damaged"):
        read_file(stream.getvalue(), "x.xlsx")
    assert process_time() - begins < 10


def test_long_cells_cost_no_more_than_their_length(vocabulary):
    """42 kB of a workbook hold 2,000 rows of these."""
    blanks, too_long = read_file(
        xlsx(
            HEAD,
            ("讲座", "4月22日9:00", f"县{' ' * 20_000}馆", "长" * 2000),
            ("讲座", "4月22日9:00", "县馆", "长" * 2001),
        )
    )
    begins = process_time()
    assert (blanks.cells["venue_text"], hosts("长" * 20_000, [])) == (f"县{' ' * 20}馆", ("长" * 20_000,))
    understand(blanks, vocabulary)
    assert said(understand(too_long, vocabulary)) == [
        ("D3", "This cell has more than 2,000 characters. Please shorten it.")
    ]
    assert process_time() - begins < 1
