"""Simulated kiosks against a running server: a rehearsal of the door on a bad day.

network: HTTP as it is, and what goes wrong on the way · judge: a verdict without the server · outbox: every scan until it
is answered by its id · device: a kiosk with its clock · visitors: who comes to it · fleet: many at once, and what came of it

Nothing here touches the database: a simulated kiosk knows what a real one knows, and asks what a real one asks.
"""
