"""Figures: pages, live view, exports and commands."""
