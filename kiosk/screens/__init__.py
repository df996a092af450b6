"""Screens at the venue that show the rotating code."""
