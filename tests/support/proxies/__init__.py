"""What stands before the served application or its database in tests: nginx, PgBouncer, a relay."""
