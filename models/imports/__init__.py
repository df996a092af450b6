"""The importer: a file of events becomes a campaign's events, row by row, with a verdict and a reason for each.

The whole way, for the desk, the command line and pulled feeds alike:

    rows = read_file(data, name)                      # bytes -> rows; Mistake, one sentence, where that cannot be
    outcomes = take_in(campaign, rows, now, dry_run=True, …)   # what would become of each row; nothing is written
    outcomes = take_in(campaign, rows, now, …)        # the same, written

read, sheet, calendar_file: bytes -> rows · understand, entry: one row -> a draft and what there is to say about it ·
region_cell, listed, times: what single cells of a table name · row_ref: what a row is known by when it comes again ·
plan, keep: compare with what is there, then write · template: the workbook that people fill in.
"""

from models.imports.apply import counts, take_in
from models.imports.findings import CalendarEntry, Finding, Names, Outcome, Row
from models.imports.read_file import MOST_BYTES, read_file

__all__ = [
    "MOST_BYTES",
    "CalendarEntry",
    "Finding",
    "Names",
    "Outcome",
    "Row",
    "counts",
    "read_file",
    "take_in",
]
