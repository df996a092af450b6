"""Webhooks: other systems are told what happened to events, in order, signed, and again until they acknowledge it."""
