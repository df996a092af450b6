"""Made-up weeks of any size: events from a campaign's own lists, passes, and scans of kiosks and phones.

The same seed gives the same events, visits and figures; codes and tokens differ. Start: fill().
"""
