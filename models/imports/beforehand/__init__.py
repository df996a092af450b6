"""What of a large import is done before its transaction: on SQLite everybody waits for the one who writes."""
