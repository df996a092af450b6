"""Answers of people to questions about figures, as rows; the newest one is valid."""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import cast

from sqlalchemy import ForeignKey, String, Table, bindparam, select, update
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from models.campaigns.tables import Campaign
from models.db import Base, Instant, db, enumeration, transaction
from models.errors import N_, Mistake
from models.events.tables import Event
from models.figures.checks.kinds import CheckKind, browser_key
from models.organizations.tables import Account

MAX_WHY = 500
NO_REASON = N_("Please give a reason, so that others can follow the decision.")
LONG_TEXT = N_("Use at most %(most)s characters.")
UNKNOWN_ANSWER = N_("Choose whether the figure is accepted, not believed, or only noted.")


class CheckDecision(StrEnum):
    """SET_ASIDE: it is not believed; its rows are set aside on the pages of scans and totals. NOTE: no decision yet."""

    ACCEPT = "accept"
    SET_ASIDE = "set_aside"
    NOTE = "note"


class CheckAnswer(Base):
    """kind, key: of the question (models.figures.checks.kinds)."""

    __tablename__ = "check_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(120))
    decision: Mapped[CheckDecision] = mapped_column(enumeration(CheckDecision, 9))
    why: Mapped[str] = mapped_column(String(MAX_WHY))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    account: Mapped[Account | None] = relationship()

    @property
    def question(self) -> tuple[int, str, str]:
        return self.event_id, self.kind, self.key


def answers_of(event_ids: Collection[int]) -> dict[tuple[int, str, str], list[CheckAnswer]]:
    """The answers to each question, the newest first, by event, kind and key; the newest question answered first."""
    query = select(CheckAnswer).where(CheckAnswer.event_id.in_(event_ids)).order_by(CheckAnswer.id.desc())
    answers: dict[tuple[int, str, str], list[CheckAnswer]] = {}
    for row in db.session.scalars(query.options(joinedload(CheckAnswer.account))):
        answers.setdefault(row.question, []).append(row)
    return answers


def rename_browsers(campaign: Campaign, names: Mapping[str, str]) -> None:
    """The answers about phones in a week, when their holders get other names. Inside the caller's transaction."""
    of_week = select(Event.id).where(Event.campaign_id == campaign.id)
    pairs = [
        {"old": browser_key(old), "new": browser_key(name)}
        for old, name in names.items()
        if old.startswith("b:")
    ]
    renamed = update(cast(Table, CheckAnswer.__table__)).where(
        CheckAnswer.event_id.in_(of_week),
        CheckAnswer.kind == CheckKind.ONE_BROWSER,
        CheckAnswer.key == bindparam("old"),
    )
    if pairs:
        db.session.execute(renamed.values(key=bindparam("new")), pairs)


def answer(
    event: Event, kind: str, key: str, decision: str, why: str, account: Account, now: datetime
) -> int:
    """The answer's id. Raises Mistake."""
    why = " ".join(why.split())
    if decision not in set(CheckDecision):
        raise Mistake(UNKNOWN_ANSWER)
    if not why:
        raise Mistake(NO_REASON)
    if len(why) > MAX_WHY:
        raise Mistake(LONG_TEXT, most=MAX_WHY)
    with transaction():
        row = CheckAnswer(
            event_id=event.id,
            kind=kind[:20],
            key=key[:120],
            decision=CheckDecision(decision),
            why=why,
            account_id=account.id,
            at=now,
        )
        db.session.add(row)
        db.session.flush()
        return row.id
