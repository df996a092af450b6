"""Outcomes of an event as rows: leaflets, consultations, views, media reports, other. The newest row of a kind is valid."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from models.db import Base, Instant, db, enumeration, transaction
from models.errors import N_, Mistake
from models.events.tables import Event
from models.organizations.tables import Account
from models.outcomes.reported_number import lower_bound

MAX_NUMBER = 9_999_999_999
MAX_TEXT = 200

NO_NUMBER = N_("“%(text)s” is not a whole number. Enter digits only, or choose “as reported”.")
LONG_TEXT = N_("Use at most %(most)s characters.")


class OutcomeKind(StrEnum):
    LEAFLETS = "leaflets"  # copies given out
    CONSULTATIONS = "consultations"  # people who were advised
    VIEWS = "views"  # online: never added to visits
    MEDIA_NEW = "media_new"  # reports by new media
    MEDIA_TRADITIONAL = "media_traditional"
    OTHER = "other"


class Precision(StrEnum):
    """How sure a number is. REPORTED: the words of a report; their number is a lower bound, where they have one."""

    EXACT = "exact"
    ABOUT = "about"
    REPORTED = "reported"


class Outcome(Base):
    """precision None: what was stated before is withdrawn. number: None where the words name none."""

    __tablename__ = "outcome"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    kind: Mapped[OutcomeKind] = mapped_column(enumeration(OutcomeKind, 20))
    precision: Mapped[Precision | None] = mapped_column(enumeration(Precision, 10))
    number: Mapped[int | None] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(String(MAX_TEXT), default="")  # as reported
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    @property
    def typed(self) -> str:
        """As it stands in the form."""
        return self.text if self.precision == Precision.REPORTED else str(self.number)


@dataclass(frozen=True)
class StatedOutcome:
    """An outcome as it was typed. text: empty where there is none."""

    precision: Precision
    text: str


def outcomes_of(event: Event) -> dict[OutcomeKind, Outcome]:
    """The valid outcomes of an event, in the order of OutcomeKind."""
    newest = select(func.max(Outcome.id)).where(Outcome.event_id == event.id).group_by(Outcome.kind)
    query = select(Outcome).where(Outcome.id.in_(newest), Outcome.precision.is_not(None))
    rows = {row.kind: row for row in db.session.scalars(query)}
    return {kind: rows[kind] for kind in OutcomeKind if kind in rows}


def problems_of(stated: Mapping[OutcomeKind, StatedOutcome]) -> dict[OutcomeKind, Mistake]:
    """What is wrong with each."""
    problems = {}
    for kind, one in stated.items():
        try:
            _content(one)
        except Mistake as mistake:
            problems[kind] = mistake
    return problems


def state(event: Event, stated: Mapping[OutcomeKind, StatedOutcome], account: Account, now: datetime) -> int:
    """State outcomes; an empty one withdraws what was stated before, an unchanged one adds no row. How many rows.
    Raises Mistake."""
    contents = {kind: _content(one) for kind, one in stated.items()}
    with transaction():
        known = outcomes_of(event)
        rows = [
            Outcome(
                event_id=event.id,
                kind=kind,
                precision=precision,
                number=number,
                text=text,
                account_id=account.id,
                at=now,
            )
            for kind, (precision, number, text) in contents.items()
            if (precision, number, text) != _stored(known.get(kind))
        ]
        db.session.add_all(rows)
    return len(rows)


def _stored(row: Outcome | None) -> tuple[Precision | None, int | None, str]:
    return (row.precision, row.number, row.text) if row is not None else (None, None, "")


def _content(one: StatedOutcome) -> tuple[Precision | None, int | None, str]:
    text = " ".join(one.text.split())
    if not text:
        return None, None, ""
    if len(text) > MAX_TEXT:
        raise Mistake(LONG_TEXT, most=MAX_TEXT)
    if one.precision == Precision.REPORTED:
        number = lower_bound(text)
        return one.precision, number if number is None or number <= MAX_NUMBER else None, text
    digits = text.replace(",", "").replace("，", "")
    if not (digits.isascii() and digits.isdecimal() and int(digits[:11]) <= MAX_NUMBER and len(digits) <= 10):
        raise Mistake(NO_NUMBER, text=text[:40])
    return one.precision, int(digits), ""
