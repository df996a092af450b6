"""The ledger counted again, row by row, beside the stored counters and sums."""
