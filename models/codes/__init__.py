"""Signed codes: passes, venue codes and the keys that sign them."""
