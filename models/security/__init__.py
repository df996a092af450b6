"""What guards the installation at its edge: security log, virus scanner, files only the owner reads, what is one network."""
