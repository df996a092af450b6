"""The audit log (审计日志): what was done with accounts, as rows that follow from each other."""
