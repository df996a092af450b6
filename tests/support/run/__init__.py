"""How the suite runs: order, temporary files, what could not run."""
