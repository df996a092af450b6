"""What people write in a summary: rows that are only added, so that nothing written is ever lost."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select

from models.db import db, transaction
from models.errors import N_, Mistake
from models.organizations.tables import Account
from models.summaries.part import Part
from models.summaries.tables import SealedSummary, Section, SummaryText

MAX_TEXT = 10_000
LONG_TEXT = N_("Use at most %(most)s characters.")


def of_part(table: type[SummaryText] | type[SealedSummary], part: Part) -> ColumnElement[bool]:
    return and_(
        table.campaign_id == part.campaign.id, table.region_code == part.region, table.line == part.line
    )


def texts_of(part: Part) -> dict[Section, str]:
    """The valid text of every section, "" where nothing is written."""
    newest = select(func.max(SummaryText.id)).where(of_part(SummaryText, part)).group_by(SummaryText.section)
    rows = db.session.scalars(select(SummaryText).where(SummaryText.id.in_(newest)))
    written = {row.section: row.text for row in rows}
    return {section: written.get(section, "") for section in Section}


def write_text(part: Part, section: Section, text: str, account: Account, now: datetime) -> None:
    """An unchanged text adds no row. Raises Mistake."""
    text = text.replace("\r\n", "\n").replace("\0", "").strip()
    if len(text) > MAX_TEXT:
        raise Mistake(LONG_TEXT, most=MAX_TEXT)
    if text == texts_of(part)[section]:
        return
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
