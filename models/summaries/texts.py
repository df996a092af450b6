"""What people write in a summary: rows that are only added, so that nothing written is ever lost."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select

from models.db import db, transaction
from models.errors import N_, Conflict, Mistake
from models.organizations.tables import Account
from models.summaries.part import Part
from models.summaries.tables import SealedSummary, Section, SummaryText

MAX_TEXT = 10_000
LONG_TEXT = N_("Use at most %(most)s characters.")
CHANGED_MEANWHILE = N_(
    "Somebody else has changed this text meanwhile. Yours is not saved yet: press “Save” to see both."
)


@dataclass(frozen=True)
class WrittenText:
    """id: of its row, 0 where nothing is written yet."""

    id: int
    text: str


def of_part(table: type[SummaryText] | type[SealedSummary], part: Part) -> ColumnElement[bool]:
    return and_(
        table.campaign_id == part.campaign.id, table.region_code == part.region, table.line == part.line
    )


def written_texts(part: Part) -> dict[Section, WrittenText]:
    """The valid text of every section, "" where nothing is written."""
    newest = select(func.max(SummaryText.id)).where(of_part(SummaryText, part)).group_by(SummaryText.section)
    rows = db.session.scalars(select(SummaryText).where(SummaryText.id.in_(newest)))
    written = {row.section: WrittenText(row.id, row.text) for row in rows}
    return {section: written.get(section, WrittenText(0, "")) for section in Section}


def texts_of(part: Part) -> dict[Section, str]:
    return {section: one.text for section, one in written_texts(part).items()}


def write_text(
    part: Part, section: Section, text: str, account: Account, now: datetime, seen: int | None = None
) -> None:
    """An unchanged text adds no row. seen: the id of the text that the writer had before their eyes; None: not known.

    Raises Mistake, and Conflict where another text was written since."""
    text = clean(text)
    if len(text) > MAX_TEXT:
        raise Mistake(LONG_TEXT, most=MAX_TEXT)
    newest = written_texts(part)[section]
    if text == newest.text:
        return
    if seen is not None and seen != newest.id:
        # A page is sent with all its texts: one that its writer left as it was overwrites nothing.
        if text == _text_of_row(part, section, seen):
            return
        raise Conflict(CHANGED_MEANWHILE)
    with transaction():
        db.session.add(
            SummaryText(
                campaign_id=part.campaign.id,
                region_code=part.region,
                line=part.line,
                section=section,
                text=text,
                account_id=account.id,
                at=now,
            )
        )


def clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\0", "").strip()


def _text_of_row(part: Part, section: Section, row_id: int) -> str:
    query = select(SummaryText.text).where(
        of_part(SummaryText, part), SummaryText.section == section, SummaryText.id == row_id
    )
    return db.session.scalar(query) or ""
