"""Tables as text (.csv, or tabs and semicolons) as lines."""

import csv
import io
import re
from collections.abc import Iterator

from models.errors import N_, Mistake
from models.imports.findings import Line
from models.imports.spreadsheet.cells import trimmed
from models.imports.spreadsheet.columns import is_header

_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_TOP = 10  # lines among which the header is looked for


def lines(data: bytes) -> Iterator[Line]:
    """The lines of a table in UTF-8 (with or without a mark at its start) or GB18030. Raises Mistake, also while read."""
    text = _text(data)
    table = csv.reader(io.StringIO(text, newline=""), _dialect(text), strict=True)
    try:
        for number, cells in enumerate(table, 1):
            yield Line(number, [trimmed(cell) for cell in cells])
    except csv.Error as error:
        if "field larger" in str(error):
            raise Mistake(
                N_("A cell in line %(line)s has more than %(most)s characters. Please shorten it."),
                line=table.line_num,
                most=csv.field_size_limit(),
            ) from None
        raise Mistake(
            N_("The table breaks off at line %(line)s: a quotation mark is not closed, or is inside a cell."),
            line=table.line_num,
        ) from None


class _Semicolons(csv.excel):
    delimiter = ";"


def _dialect(text: str) -> type[csv.Dialect]:
    """Excel writes commas, tabs or semicolons, by the machine's region: detected from the header."""
    top = text[:20_000].splitlines()[:_TOP]
    for dialect in (csv.excel, csv.excel_tab, _Semicolons):
        if any(is_header(line.split(dialect.delimiter)) for line in top):
            return dialect
    return csv.excel


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # GB18030 finds some meaning in almost any bytes; a table has no control characters.
        if _CONTROL.search(text):
            break
        return text
    raise Mistake(N_("This is not a CSV file in UTF-8 or GB18030."))
