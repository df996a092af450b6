"""Summaries as documents: one outline of blocks, written as Word, PDF and a workbook."""
