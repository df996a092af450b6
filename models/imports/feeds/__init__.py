"""Calendars that others keep: fetched, and taken in on a schedule."""
