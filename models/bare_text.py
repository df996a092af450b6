"""A text as it is compared with others."""

import unicodedata


def bare_text(text: str) -> str:
    """Without what people write in several ways: full width, case, brackets, spaces and points."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())
