"""Files and feeds of events into a campaign, row by row, with a verdict and reasons for each.

The whole way, for the desk, the command line and pulled calendars alike:

    rows = read_file(data, name)                      # bytes -> rows; Mistake, one sentence, where that cannot be
    outcomes = preview(campaign, rows, source, now)   # what would become of each row; nothing is written
    outcomes = apply(campaign, rows, source, now)     # the same, written

read_file · spreadsheet/ (workbook, columns, to_draft) · calendar/ (ics_file, recurrence, to_draft): bytes -> rows -> drafts
with findings · apply, row_writer: compare with what is there, then write.
"""
