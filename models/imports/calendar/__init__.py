"""Calendar files (.ics): components, times, recurrence, and the draft that a VEVENT becomes."""
