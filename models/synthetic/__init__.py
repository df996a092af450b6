"""Made-up weeks of any size: events from a campaign's own lists, passes, and scans of kiosks and phones.

`fill` is the way in. The same seed gives the same week.
"""
