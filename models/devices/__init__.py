"""Kiosks and screens: pairing, scopes, state, remote control."""
