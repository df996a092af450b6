"""The demo: the reported events of 2024 through the importer, and a made-up week around today where everything is live.

rehearsal: the campaign and its events · people: accounts and passes · crowd: check-ins of the days so far.
Everything here is safe to run again: what is there stays as it is.
"""
