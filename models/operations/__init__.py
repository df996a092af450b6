"""What the operator runs: loading a campaign, start-up, the tick."""
