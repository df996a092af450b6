"""Live pages of an event and of an area, and the wall of a hall: one watcher for all who look."""
