"""A text as it is compared with others, and as it is kept."""

import re
import unicodedata

# Control characters but for tab and line feed, and those that turn the direction of what follows: “gpj.exe” as “exe.jpg”.
# The marks U+200E and U+200F stay, which Uyghur and Arabic texts need beside digits.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def bare_text(text: str) -> str:
    """Without what people write in several ways: full width, case, brackets, spaces and points."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


def without_controls(text: str) -> str:
    """Without invisible characters that change how the others are shown."""
    return CONTROL.sub("", text)
