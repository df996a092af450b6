"""What a person answered about columns that no rule knows, kept for the next files of the same organization."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, Instant, db, transaction
from models.errors import Mistake
from models.imports.findings import CalendarEntry, Row
from models.imports.read_file import read_file
from models.imports.spreadsheet.column_names import bare
from models.imports.spreadsheet.column_synonyms import CONTACTS
from models.organizations.tables import Account

IGNORED = "-"
# The fields that a column can be answered to be.
CHOICES = tuple(
    "title start_date end_date start_time end_time time_text venue_text address region organizers undertakers "
    "co_organizers department audiences format focus online online_url description capacity "
    "picture contact".split()
)
_LONGEST = 80
_MOST = 200  # answers of one organization


class ColumnAnswer(Base):
    """One answer. header: the name of the column, bare. field: one of CHOICES, or IGNORED."""

    __tablename__ = "column_answer"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    header: Mapped[str] = mapped_column(String(_LONGEST), primary_key=True)
    field: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class ColumnQuestion:
    """A column of a file that no rule knows. field: as answered, "" where it is not."""

    name: str
    field: str


def answers_of(account: Account) -> dict[str, str]:
    """The answers of an account's organization, for read_file."""
    query = select(ColumnAnswer.header, ColumnAnswer.field)
    query = query.where(ColumnAnswer.organization_id == account.organization_id)
    return dict(db.session.execute(query).tuples().all())


def remember(account: Account, answers: Mapping[str, str], now: datetime) -> None:
    """Keep answers, by the names of their columns; "" takes one back. Others of the organization stay."""
    own = ColumnAnswer.organization_id == account.organization_id
    fields = {bare(name)[:_LONGEST]: field for name, field in list(answers.items())[:_MOST]}
    with transaction():
        db.session.execute(delete(ColumnAnswer).where(own, ColumnAnswer.header.in_(fields)))
        db.session.add_all(
            ColumnAnswer(
                organization_id=account.organization_id,
                header=header,
                field=field,
                account_id=account.id,
                at=now,
            )
            for header, field in fields.items()
            if header and (field in CHOICES or field == IGNORED)
        )


def questions(
    data: bytes, name: str, rows: Sequence[Row | CalendarEntry], answers: Mapping[str, str]
) -> list[ColumnQuestion]:
    """The columns of a table that no rule knows and that have something in them. rows: as read with the answers."""
    if answers:
        try:
            rows = read_file(data, name)
        except Mistake:  # only the answers make it a table that can be read
            return []
    names = dict.fromkeys(column for row in rows if isinstance(row, Row) for column in row.unknown)
    return [
        ColumnQuestion(column, answers.get(bare(column)[:_LONGEST], ""))
        for column in names
        if bare(column) not in CONTACTS
    ]
