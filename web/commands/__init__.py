"""The commands: accounts, events, figures, import, set-up, serve."""
