"""iCalendar: entries, feeds, versions and personal lists."""
