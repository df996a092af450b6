"""A campaign filled with made-up events and scans, to see its pages, figures and exports as they are when a week is over.

events: made-up events from the campaign's own lists · guests: passes, and phones that come again · crowd: what the doors of
one sitting see in a day · fill: all of it, through the verbs that everything else goes through

The same seed makes the same events, the same visits and so the same figures; only codes and tokens, which are secrets, differ.
"""
