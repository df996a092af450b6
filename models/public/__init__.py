"""What the public sees: filters, queries, search, and rows for exports."""
