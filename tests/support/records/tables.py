"""Tables as offices make them, and what the importer says of their rows."""

import io

import openpyxl


def xlsx(*rows, sheet: str = "活动", before: tuple = (), merge: str = "") -> bytes:
    book = openpyxl.Workbook()
    if before:
        book.active.append(before)
        book.create_sheet(sheet)
    page = book.worksheets[-1]
    page.title = sheet
    for row in rows:
        page.append(row)
    if merge:
        page.merge_cells(merge)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def said(read) -> list[tuple[str, str]]:
    return [(finding.cell, finding.message % finding.values) for finding in read.findings]


def workbook_of(**sheets) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
