"""Organizations: merging those that were entered twice, and what an office sets for those below it."""
