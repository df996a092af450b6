"""Text as it is compared, kept and written to spreadsheets."""
