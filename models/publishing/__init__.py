"""The only writer of events: from a draft to a published, changed, merged or cancelled event."""
