"""Files of what an account sees: events, occurrences, passes, scans, figures, the audit log."""
