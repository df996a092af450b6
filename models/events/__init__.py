"""Events and occurrences as rows and as drafts; who reaches which; when check-in is open."""
