"""Pictures for a few events of the rehearsal, drawn here: boards on a wall with a table before them, in made-up colours."""

from models.drawing import picture
from models.drawing.page import Box, Item, Page
from models.drawing.photo import Photo, redraw

WIDE, HIGH, FLOOR = 1600, 900, 690
ALT = "示意图：墙上的宣传展板和前面的咨询台"
# Wall, floor, boards, table.
COLOURS = (
    ("#dfe8f3", "#b9c3cf", ("#1f4373", "#7d9cc6", "#b3261e"), "#8a6b45"),
    ("#f3e9dc", "#cbb9a2", ("#6b4a1f", "#c48a3a", "#2f6b4f"), "#5d5148"),
    ("#e3efe6", "#b3c4b7", ("#2f6b4f", "#88b79b", "#1f4373"), "#7a5c3b"),
)


def draw(number: int) -> Photo:
    """One of the pictures; number: from 0."""
    wall, floor, boards, table = COLOURS[number % len(COLOURS)]
    items: list[Item] = [Box(0, 0, WIDE, HIGH, wall), Box(0, FLOOR, WIDE, HIGH - FLOOR, floor)]
    for place in range(3 + number % 2):
        items += _board(120 + place * 350, boards[place % len(boards)], lines=4 + (place + number) % 3)
    items += [Box(420, 600, 760, 40, table), Box(450, 640, 30, 190, table), Box(1120, 640, 30, 190, table)]
    return redraw(picture.png(Page(items, (WIDE, HIGH), ALT)))


def _board(left: float, colour: str, lines: int) -> list[Item]:
    """A board with a heading, a field for a picture, and lines as of text."""
    items: list[Item] = [Box(left, 130, 290, 400, "#ffffff"), Box(left, 130, 290, 60, colour)]
    items.append(Box(left + 30, 215, 230, 100, colour))
    return items + [
        Box(left + 30, 340 + line * 28, 230 - 40 * (line % 3), 12, "#9aa5b1") for line in range(lines)
    ]
