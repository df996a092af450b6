"""Which pass or phone made which scan, destroyed 30 days after the last summary of a week was sealed.

The name of a holder in the ledger, which follows from a pass or a cookie, becomes a random one, the same in all rows of this
holder in the week. So whoever has the pass finds none of its visits, while visits, participants and the recount stay as they are.
"""

import secrets
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, func, or_, select, update

from models.campaigns.tables import Campaign
from models.db import Base, db, insert, transaction
from models.events.tables import Event, Occurrence
from models.installation import Setting
from models.ledger import holder_link_end
from models.ledger.tables import Presence, Resend, Scan
from models.registration import lists
from models.summaries.tables import SealedSummary
from models.visitors.tables import Redemption

KEPT = timedelta(days=30)  # after the last seal, and after the week
AT_ONCE = 500  # scans of one transaction
IN_A_TICK = 10  # transactions
# Of a pass, of a browser.
_LINKED = or_(Scan.pass_id.is_not(None), Scan.holder.like("p:%"), Scan.holder.like("b:%"))
_NOTHING = b""  # in place of a digest, which holds the code: a resend is no conflict then


def due_at(campaign: Campaign) -> datetime | None:
    """When the links of a week are due; None as long as nothing of it was sealed."""
    newest = select(func.max(SealedSummary.at)).where(SealedSummary.campaign_id == campaign.id)
    sealed = db.session.scalar(newest)
    return None if sealed is None else sealed + KEPT


def count_due(now: datetime) -> int:
    return sum(count_links(campaign) for campaign in _due_campaigns(now))


def count_links(campaign: Campaign) -> int:
    """Scans of a week that name the pass or the phone."""
    rows = select(func.count()).select_from(Scan).where(Scan.campaign_id == campaign.id, _LINKED)
    return db.session.scalar(rows.where(Scan.number > _done(campaign))) or 0


def destroy_due(now: datetime) -> int:
    """Some of what is due, a transaction for AT_ONCE scans; how many scans that was."""
    done = 0
    for campaign in _due_campaigns(now):
        for _ in range(IN_A_TICK):
            read = _destroy_some(campaign, now)
            done += read
            if read < AT_ONCE:
                break
    return done


def _due_campaigns(now: datetime) -> Iterator[Campaign]:
    for campaign in db.session.scalars(select(Campaign)).all():
        due = due_at(campaign)
        if due is not None and due <= now and campaign.ends <= campaign.today(now) - KEPT:
            yield campaign


def _key(campaign: Campaign) -> str:
    return f"links_destroyed:{campaign.id}"


def _done(campaign: Campaign) -> int:
    """The number of the last scan that was looked at."""
    setting = db.session.get(Setting, _key(campaign), populate_existing=True)
    return int(setting.value) if setting is not None else 0


def _destroy_some(campaign: Campaign, now: datetime) -> int:
    """Reads first: a tick that finds nothing must not hold the write lock."""
    done, newest = _done(campaign), db.session.scalar(select(func.max(Scan.number))) or 0
    if newest <= done:
        return 0
    query = (
        select(Scan.number, Scan.id, Scan.holder)
        .where(Scan.campaign_id == campaign.id, Scan.number > done, Scan.number <= newest)
        .where(_LINKED)
        .order_by(Scan.number)
        .limit(AT_ONCE)
    )
    if holder_link_end.destroyed_at(campaign) is None:
        lists.keep_missing(campaign)
    with transaction():
        rows = db.session.execute(query).all()
        if rows:
            holder_link_end.note_destroyed(campaign, now)
        _rename(campaign, {row.holder for row in rows if row.holder is not None})
        _clear([row.number for row in rows], [row.id for row in rows])
        _keep_done(campaign, rows[-1].number if len(rows) == AT_ONCE else newest)
    return len(rows)


def _table(entity: type[Base]) -> Table:
    return cast(Table, entity.__table__)


def _rename(campaign: Campaign, holders: Collection[str]) -> None:
    """All rows of these holders in the week at once, so that each stays one participant."""
    of_week = (
        select(Presence.id, Presence.holder)
        .join(Occurrence, Occurrence.id == Presence.occurrence_id)
        .join(Event, Event.id == Occurrence.event_id)
        .where(Event.campaign_id == campaign.id, Presence.holder.in_(holders))
        .order_by(Presence.id)
        .with_for_update(of=Presence)
    )
    names = {holder: f"x:{secrets.token_hex(16)}" for holder in holders}
    found = [{"row": id, "name": names[holder]} for id, holder in db.session.execute(of_week)]
    if found:
        by_row = update(_table(Presence)).where(Presence.id == bindparam("row"))
        db.session.execute(by_row.values(holder=bindparam("name")), found)
        by_presence = update(_table(Scan)).where(Scan.presence_id == bindparam("row"))
        db.session.execute(by_presence.values(holder=bindparam("name")), found)
    rewarded = update(_table(Redemption)).where(
        Redemption.campaign_id == campaign.id, Redemption.holder == bindparam("old")
    )
    if names:
        pairs = [{"old": old, "name": name} for old, name in names.items()]
        db.session.execute(rewarded.values(holder=bindparam("name")), pairs)


def _clear(numbers: Collection[int], ids: Collection) -> None:
    """What else names a pass or a phone in these scans; a scan that was refused has no presence."""
    of_these = Scan.number.in_(numbers)
    refused = of_these & Scan.presence_id.is_(None)
    db.session.execute(update(Scan).where(refused).values(holder=None))
    db.session.execute(update(Scan).where(of_these).values(pass_id=None, digest=_NOTHING))
    db.session.execute(update(Resend).where(Resend.scan_id.in_(ids)).values(digest=_NOTHING))


def _keep_done(campaign: Campaign, number: int) -> None:
    kept = insert(Setting).values(key=_key(campaign), value=str(number))
    db.session.execute(kept.on_conflict_do_update(index_elements=["key"], set_={"value": str(number)}))
