"""What guards the installation at its edge: the security log, files only the owner reads, what counts as one network."""
