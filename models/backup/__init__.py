"""A whole installation in one file, of either kind of database into either kind."""
