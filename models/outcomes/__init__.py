"""Outcomes of events (活动成效), and what a summary tells of them: never mixed with visits."""
