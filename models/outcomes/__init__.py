"""Outcomes of events (活动成效), as entered and as a summary lists them. Never added to visits."""
