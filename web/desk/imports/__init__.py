"""Files and calendars of others, taken in at the desk."""
