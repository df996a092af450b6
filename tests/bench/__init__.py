"""`make bench`: how fast, as ratios of things measured side by side in one run. Never a test: machines differ."""
