"""Attendance figures, and the recount that checks them."""
