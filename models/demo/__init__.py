"""The demo: the reported events of 2024, and a week around today with made-up events, accounts, passes and check-ins.

Safe to run again: what exists stays as it is.
"""
