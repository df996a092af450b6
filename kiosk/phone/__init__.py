"""Check-in by a phone that scanned a venue code."""
