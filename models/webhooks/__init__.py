"""Webhooks: other systems receive what happened to events, in order and signed, repeated until they acknowledge it."""
