"""Live views of many events: an area at the desk, and the wall of a hall."""
