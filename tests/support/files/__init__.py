"""Calendars, PDFs and hostile files, read by programs that are not ours."""
