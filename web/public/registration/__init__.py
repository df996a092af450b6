"""Registering for an event, and the page of a registration for who made it."""
