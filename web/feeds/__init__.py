"""The calendar as .ics, .json, .csv and Atom, with HTTP caching."""
