"""Passes: issuing, printing, and the page of their holder."""
