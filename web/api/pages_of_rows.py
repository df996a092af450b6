"""Pages of a list, each after the last id of the one before: rows that come meanwhile shift nothing."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from models.db import LARGEST_ID, db
from models.errors import NotFound
from web.api.shapes import PageQuery

Row = TypeVar("Row")


def one_row(
    query: Select[tuple[Row]],
    key: InstrumentedAttribute[int],
    id: int,
    missing: str,
    largest: int = LARGEST_ID,
) -> Row:
    """The row with an id. missing: the sentence of NotFound, which it raises where the query has none."""
    row = db.session.scalar(query.where(key == id)) if id <= largest else None
    if row is None:
        raise NotFound(missing, id=id)
    return row


def page_after(
    query: Select[tuple[Row]], key: InstrumentedAttribute[int], page: PageQuery, largest: int = LARGEST_ID
) -> tuple[Sequence[Row], str | None]:
    """The rows of a page in the order of their key, and the cursor of the next page. largest: value of the column."""
    limited = query.where(key > after(page, largest)).order_by(key).limit(page.limit + 1)
    return page_of(db.session.scalars(limited).unique().all(), key, page)


def after(page: PageQuery, largest: int = LARGEST_ID) -> int:
    """The key of the last row before a page."""
    return min(int(page.cursor), largest)


def page_of(
    rows: Sequence[Row], key: InstrumentedAttribute[int], page: PageQuery
) -> tuple[Sequence[Row], str | None]:
    """The same of rows in the order of their key, one more than the page has where more follow."""
    if len(rows) <= page.limit:
        return rows, None
    return rows[: page.limit], str(getattr(rows[page.limit - 1], key.key))
