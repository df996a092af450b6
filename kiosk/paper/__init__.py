"""Posters and other printed venue codes."""
