"""Commands: import, set-up, serve, tick."""
