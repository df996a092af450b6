"""Attendance at the desk: what people count, state, decide on and correct."""
