"""The public calendar."""
