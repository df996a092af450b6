"""Scans as rows, and which of them count."""
