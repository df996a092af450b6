"""The program as it is served, its databases and processes, and clients of it."""
