"""Whether a new organization in a file is an alike one that is here: asked once for each name, and the answer remembered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from models.db import LARGEST_ID, Base, Instant, db, transaction
from models.events.draft import EventDraft, OrganizationDraft
from models.organizations.names import may_be_same
from models.organizations.tables import Account, Organization
from models.places import regions
from models.text.bare_text import bare_text

ANOTHER = "another"  # the answer that a name is of an organization that is not here
MOST_QUESTIONS = 20  # of one file
MOST_OFFERED = 3  # organizations for one name
_LONGEST = 200
_IN_PARTS = 400


class OrganizationAnswer(Base):
    """What an organization's desk means by a name, in plain form. meant_id: the one that is here; None: another one."""

    __tablename__ = "organization_answer"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(_LONGEST), primary_key=True)
    meant_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class OrganizationQuestion:
    """A name that is new in a region, and the organizations there that it may mean. answer: the id of one of them, ANOTHER, or
    "" where it is not answered."""

    name: str
    region_code: str | None
    offered: tuple[Organization, ...]
    answer: str


def answers_of(account: Account) -> dict[str, OrganizationDraft | None]:
    """By plain name the organization that is meant; None where it is another one."""
    query = select(OrganizationAnswer).where(OrganizationAnswer.organization_id == account.organization_id)
    rows = db.session.scalars(query).all()
    meant = select(Organization).where(Organization.id.in_({row.meant_id for row in rows if row.meant_id}))
    by_id = {organization.id: organization.standing for organization in db.session.scalars(meant)}
    return {
        row.name: OrganizationDraft.of(by_id[row.meant_id]) if row.meant_id in by_id else None for row in rows
    }


def remember(account: Account, answers: Mapping[str, str], now: datetime) -> None:
    """Keep answers, by name: the id of an organization that is here, or ANOTHER; "" takes one back. Others are left out."""
    rows = {bare_text(name)[:_LONGEST]: answer for name, answer in list(answers.items())[:MOST_QUESTIONS]}
    ids = {int(one) for one in rows.values() if one.isascii() and one.isdecimal() and int(one) <= LARGEST_ID}
    known = set(db.session.scalars(select(Organization.id).where(Organization.id.in_(ids))))
    own = OrganizationAnswer.organization_id == account.organization_id
    with transaction():
        db.session.execute(delete(OrganizationAnswer).where(own, OrganizationAnswer.name.in_(rows)))
        for name, answer in rows.items():
            meant_id = int(answer) if answer.isascii() and answer.isdecimal() else None
            if name and (answer == ANOTHER or meant_id in known):
                db.session.add(
                    OrganizationAnswer(
                        organization_id=account.organization_id,
                        name=name,
                        meant_id=meant_id,
                        account_id=account.id,
                        at=now,
                    )
                )


def questions(
    leads: Iterable[tuple[str, str | None]], answers: Mapping[str, OrganizationDraft | None]
) -> list[OrganizationQuestion]:
    """Of the leads of a file, as they stand in it with their regions: those that would be new organizations and are alike to
    ones in their region, and those that were answered."""
    names = list(dict.fromkeys(leads))
    here = _organizations_in({region for _name, region in names})
    listed: list[OrganizationQuestion] = []
    for name, region in names:
        in_region, plain = here.get(region, []), bare_text(name)
        if len(listed) == MOST_QUESTIONS or any(plain == one.plain_name for one in in_region):
            continue
        alike = {one.standing.id: one.standing for one in in_region if may_be_same(name, one.name, region)}
        answer = _answer(plain, answers, alike)
        if alike:
            listed.append(OrganizationQuestion(name, region, tuple(alike.values())[:MOST_OFFERED], answer))
    return listed


def _answer(
    plain: str, answers: Mapping[str, OrganizationDraft | None], alike: Mapping[int, Organization]
) -> str:
    if plain not in answers:
        return ""
    meant = answers[plain]
    ids = [number for number, one in alike.items() if meant == OrganizationDraft.of(one)]
    return str(ids[0]) if ids else ANOTHER


def meant(draft: EventDraft, answers: Mapping[str, OrganizationDraft | None]) -> EventDraft:
    """The draft with its lead as it was answered, in the lead and among the hosts."""
    answer = answers.get(bare_text(draft.lead.name)) if draft.lead else None
    return draft.with_lead(answer) if answer is not None else draft


def _organizations_in(codes: set[str | None]) -> dict[str | None, list[Organization]]:
    known = sorted(code for code in codes if code and code in regions.regions_by_code())
    here: dict[str | None, list[Organization]] = {}
    for start in range(0, len(known), _IN_PARTS):
        part = known[start : start + _IN_PARTS]
        query = select(Organization).where(Organization.region_code.in_(part)).order_by(Organization.id)
        for organization in db.session.scalars(query):
            here.setdefault(organization.region_code, []).append(organization)
    return here
