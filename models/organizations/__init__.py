"""Organizations (单位) and accounts."""
