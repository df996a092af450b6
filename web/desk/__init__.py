"""The desk of organizers and offices."""
