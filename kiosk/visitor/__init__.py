"""What a visitor keeps: the stamp card, slips of attendance, one question, codes to type."""
