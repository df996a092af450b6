"""When the event of a row takes place."""
