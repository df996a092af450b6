"""How statements reach the database: many rows at once, requests in one commit, fewer round trips, writers in order; and
what its errors mean."""
