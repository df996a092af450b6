"""Simulated kiosks against a running server, with a faulty network.

network: HTTP and its faults · rules: verdicts offline · outbox: uploads until answered · device: a kiosk with its clock ·
visitors: who comes · fleet: many kiosks at once, and the report

No database here: a simulated kiosk has only what the API gives a real one.
"""
