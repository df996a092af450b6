"""Names in the cells of a table: organizations and places."""
