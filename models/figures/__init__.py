"""Every number that is told about attendance, and the recount that checks it."""
