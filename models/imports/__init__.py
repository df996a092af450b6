"""Files and feeds of events into a campaign, row by row, with a verdict and reasons for each.

The whole way, for the desk, the command line and pulled calendars alike:

    rows = read_file(data, name)                      # bytes -> rows; Mistake, one sentence, where that cannot be
    outcomes = preview(campaign, rows, source, now)   # what would become of each row; nothing is written
    outcomes = apply(campaign, rows, source, now)     # the same, written

read_file: spreadsheet/ and calendar/ divide a file into rows. apply: understand (rows -> drafts), compare (which events they
were before), row_writer (a verdict for each, written through models.publishing). feeds/ fetches calendars of others, uploads
keeps the desk's files; both call apply.
"""
