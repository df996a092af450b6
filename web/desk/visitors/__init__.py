"""What visitors keep, at the desk: draws."""
