"""How a bench measures: yardsticks, load over HTTP, ratios, and a full ledger to measure against."""
