"""Which figures are public, and since when: releases as rows, by the committee for the country, by an office for its region.

A release freezes the public table of the campaign: later scans show with the next release. A rehearsal releases everything.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import JSON, ColumnElement, ForeignKey, Select, exists, false, func, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from models.campaigns.tables import Campaign
from models.db import Base, Instant, db, insert, transaction
from models.errors import N_, Conflict, NotFound
from models.figures.publication import public_table, table_json
from models.figures.publication.changes import Waiting
from models.figures.publication.withholding import ALL, node_of, nodes_of
from models.organizations.tables import Account, Role
from models.places import regions

NOT_YOURS = N_("Your office cannot release the figures of this region.")
NO_RELEASE = N_("There is no such release.")
TIME_IS_OVER = N_("This time is over already. To release the figures at once, leave the field empty.")
RELEASED_ALREADY = N_("The figures of this region are released already, or will be at the time that was set.")


class FiguresRelease(Base):
    """region_code None: the whole country. at: from when. undoes: the row that it takes back."""

    __tablename__ = "figures_release"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), index=True)
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    at: Mapped[datetime] = mapped_column(Instant)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    entered_at: Mapped[datetime] = mapped_column(Instant)
    undoes: Mapped[int | None] = mapped_column(ForeignKey("figures_release.id"))

    @property
    def node(self) -> str:
        return node_of(self.region_code) if self.region_code else ALL

    def is_in(self, release_id: int, as_of: datetime) -> bool:
        """Whether it was due when a table was frozen. What is due later is public with the next table."""
        return self.id <= release_id and self.at <= as_of


class ReleasedTable(Base):
    """The public table of a campaign, frozen by its newest release. release_id: of that one."""

    __tablename__ = "released_table"

    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    release_id: Mapped[int]
    as_of: Mapped[datetime] = mapped_column(Instant)
    content: Mapped[dict] = mapped_column(JSON)


def may_release(account: Account, region_code: str | None) -> bool:
    """The committee everything, an office its region and those below; not one that is limited to its line."""
    if account.role == Role.COMMITTEE:
        return True
    own = account.organization.region_code
    limited = account.role != Role.OFFICE or account.organization.line_limited
    return not limited and bool(own and region_code) and regions.is_below(str(region_code), str(own))


def releases_of(campaign: Campaign) -> list[FiguresRelease]:
    """Those that were not taken back, the earliest first."""
    return list(db.session.scalars(_valid(campaign).order_by(FiguresRelease.at, FiguresRelease.id)))


def _valid(campaign: Campaign) -> Select[tuple[FiguresRelease]]:
    taken_back = aliased(FiguresRelease)
    return select(FiguresRelease).where(
        FiguresRelease.campaign_id == campaign.id,
        FiguresRelease.undoes.is_(None),
        ~exists().where(taken_back.undoes == FiguresRelease.id),
    )


def release(
    campaign: Campaign, region_code: str | None, at: datetime, account: Account, now: datetime
) -> FiguresRelease:
    """Release the figures of a region, or of the country, at a time. Raises NotFound. Once more: with the scans since.

    They are public once freeze_due() has counted them."""
    if not may_release(account, region_code):
        raise NotFound(NOT_YOURS)
    for one in releases_of(campaign):
        if one.region_code == region_code and one.at > now:
            raise Conflict(RELEASED_ALREADY)
    with transaction():
        row = FiguresRelease(
            campaign_id=campaign.id,
            region_code=region_code,
            at=max(at, now),
            account_id=account.id,
            entered_at=now,
        )
        db.session.add(row)
    return row


def take_back(campaign: Campaign, release_id: int, account: Account, now: datetime) -> None:
    """Nothing is deleted: another row takes the release back. Raises NotFound."""
    row = next((one for one in releases_of(campaign) if one.id == release_id), None)
    if row is None or not may_release(account, row.region_code):
        raise NotFound(NO_RELEASE)
    with transaction():
        db.session.add(
            FiguresRelease(
                campaign_id=campaign.id,
                region_code=row.region_code,
                at=row.at,
                account_id=account.id,
                entered_at=now,
                undoes=row.id,
            )
        )


def freeze_due(now: datetime) -> int:
    """Freeze the tables of releases whose time has come. How many campaigns."""
    newest = (
        select(FiguresRelease.campaign_id, func.max(FiguresRelease.id).label("id"))
        .where(FiguresRelease.at <= now, *_came())
        .group_by(FiguresRelease.campaign_id)
        .subquery()
    )
    # One that was entered earlier, for a later time, is due as well when the newest is frozen already.
    later = exists().where(
        FiguresRelease.campaign_id == ReleasedTable.campaign_id,
        FiguresRelease.at > ReleasedTable.as_of,
        FiguresRelease.at <= now,
        *_came(),
    )
    frozen = exists().where(
        ReleasedTable.campaign_id == Campaign.id, ReleasedTable.release_id >= newest.c.id, ~later
    )
    query = select(Campaign, newest.c.id).join(newest, newest.c.campaign_id == Campaign.id).where(~frozen)
    due = list(db.session.execute(query).tuples())
    for campaign, release_id in due:
        _freeze(campaign, release_id, now)
    return len(due)


def _came() -> tuple[ColumnElement[bool], ...]:
    """Releases that were not withdrawn before their time; those withdrawn later were public, and may have been copied."""
    taken_back = aliased(FiguresRelease)
    return (
        FiguresRelease.undoes.is_(None),
        ~exists().where(taken_back.undoes == FiguresRelease.id, taken_back.entered_at <= FiguresRelease.at),
    )


def _freeze(campaign: Campaign, release_id: int, now: datetime) -> None:
    row = db.session.get(ReleasedTable, campaign.id)
    before = table_json.read(row.as_of, row.content) if row else None
    rows = db.session.scalars(
        select(FiguresRelease).where(FiguresRelease.campaign_id == campaign.id, *_came())
    )
    releases = list(rows)
    public_before = frozenset(one.node for one in releases if row and one.is_in(row.release_id, row.as_of))
    public = public_before | {one.node for one in releases if one.is_in(release_id, now)}
    table = public_table.count(campaign, now, before, public_before, public)
    values = {"release_id": release_id, "as_of": now, "content": table_json.written(table)}
    writing = insert(ReleasedTable).values(campaign_id=campaign.id, **values)
    # Two processes may count at once. The later one did not see what the other withholds, so it writes nothing.
    unchanged = ReleasedTable.as_of == row.as_of if row else false()
    with transaction():
        db.session.execute(
            writing.on_conflict_do_update(index_elements=["campaign_id"], set_=values, where=unchanged)
        )


def counted_releases(campaign: Campaign) -> set[int]:
    """The ids of the releases whose figures are counted; others that are due are being counted."""
    row = db.session.execute(
        select(ReleasedTable.release_id, ReleasedTable.as_of).where(ReleasedTable.campaign_id == campaign.id)
    ).one_or_none()
    return {one.id for one in releases_of(campaign) if row and one.is_in(*row)}


def released_part(campaign: Campaign, now: datetime) -> public_table.PublicTable | None:
    """What of a campaign is public; None: nothing yet. Of a rehearsal everything is, see is_open()."""
    row = db.session.execute(
        select(ReleasedTable.release_id, ReleasedTable.as_of).where(ReleasedTable.campaign_id == campaign.id)
    ).one_or_none()
    if row is None:
        return None
    nodes = {one.node for one in releases_of(campaign) if one.at <= now and one.is_in(*row)}
    if not nodes:
        return None
    table = public_table.kept(campaign.id, row.as_of)
    if table is None:
        stored = db.session.get_one(ReleasedTable, campaign.id, populate_existing=True)
        table = public_table.keep(campaign.id, table_json.read(stored.as_of, stored.content))
    return table.part(frozenset(nodes))


def waiting_changes(campaign: Campaign, region_code: str | None) -> Waiting:
    """What of the counts of a region, or of the country, the newest release has not taken over."""
    content = db.session.scalar(
        select(ReleasedTable.content["waiting"]).where(ReleasedTable.campaign_id == campaign.id)
    )
    node = node_of(region_code) if region_code else ALL
    waiting = table_json.waiting_of(content or {})
    return sum((one for unit, one in waiting.items() if node in nodes_of(unit)), Waiting())


def is_open(campaign: Campaign) -> bool:
    """Whether everything is public at any time, with nothing withheld."""
    return campaign.rehearsal


@dataclass(frozen=True)
class NextRelease:
    """regions: of which the figures become public then; [] where it is the country."""

    at: datetime
    regions: list[str]


def next_release(campaign: Campaign, now: datetime) -> NextRelease | None:
    """When the next figures become public, and whose; None: no time is set."""
    coming = [one for one in releases_of(campaign) if one.at > now]
    if not coming:
        return None
    first = [one for one in coming if one.at == coming[0].at]
    codes = [one.region_code for one in first if one.region_code]
    return NextRelease(coming[0].at, codes if len(codes) == len(first) else [])
