"""Regions (GB/T 2260), venues and coordinates."""
