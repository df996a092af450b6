"""The controls that narrow the list of events."""
