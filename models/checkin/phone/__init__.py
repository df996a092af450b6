"""A visitor's own phone: its browser as a holder, and how near it is."""
