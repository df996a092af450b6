"""Which pass or phone made which scan, destroyed 30 days after the last summary of a week was sealed.

The name of a holder in the ledger, which follows from a pass or a cookie, becomes a random one, the same in all rows of this
holder in the week. So whoever has the pass finds none of its visits, while visits, participants and the recount stay as they are.
"""

import secrets
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Row, Table, bindparam, func, or_, select, update

from models.campaigns.tables import Campaign
from models.db import Base, db, insert, transaction
from models.events.tables import Event, Occurrence
from models.figures.checks import answers
from models.installation import Setting
from models.ledger import holder_link_end
from models.ledger.campaign_lock import lock_campaigns
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
    return sum(count_links(campaign) for campaign in due_campaigns(now))


def count_links(campaign: Campaign) -> int:
    """Scans of a week that name the pass or the phone."""
    rows = select(func.count()).select_from(Scan).where(Scan.campaign_id == campaign.id, _LINKED)
    return db.session.scalar(rows.where(Scan.number > _done(campaign))) or 0


def destroy_due(now: datetime) -> int:
    """Some of what is due, a transaction for AT_ONCE scans and the others of their holders; how many scans were found."""
    done = 0
    for campaign in due_campaigns(now):
        for _ in range(IN_A_TICK):
            read = _destroy_some(campaign, now)
            done += read
            if read < AT_ONCE:
                break
    return done


def due_campaigns(now: datetime) -> Iterator[Campaign]:
    """The weeks whose links are due at this time, or were destroyed."""
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
    """Searches first: a tick that finds nothing must not hold the write lock meanwhile."""
    done = _done(campaign)
    if _newest() <= done:
        return 0
    with transaction():
        # Exclusive: a scan that got a lower number than the newest may not be committed yet.
        lock_campaigns({campaign.number: True})
        newest = _newest()
    query = (
        select(Scan.number, Scan.id, Scan.holder, Scan.presence_id)
        .where(Scan.campaign_id == campaign.id, Scan.number > done, Scan.number <= newest)
        .where(_LINKED)
        .order_by(Scan.number)
        .limit(AT_ONCE)
    )
    if db.session.execute(query.limit(1)).first() is None:
        with transaction():
            _keep_done(campaign, newest)
        return 0
    if holder_link_end.destroyed_at(campaign) is None:
        lists.keep_missing(campaign)
    with transaction():
        # Exclusive: a check-in that has read a holder's other visits would count the new one as another participant's.
        lock_campaigns({campaign.number: True})
        rows = db.session.execute(query).all()
        if rows:
            holder_link_end.note_destroyed(campaign, now)
        _rename(campaign, {row.holder for row in rows if row.holder is not None})
        _clear([row for row in rows if row.presence_id is None])
        _keep_done(campaign, rows[-1].number if len(rows) == AT_ONCE else newest)
    return len(rows)


def _newest() -> int:
    return db.session.scalar(select(func.max(Scan.number))) or 0


def _table(entity: type[Base]) -> Table:
    return cast(Table, entity.__table__)


def _rename(campaign: Campaign, holders: Collection[str]) -> None:
    """All rows of these holders in the week at once, so that each stays one participant."""
    names = {holder: f"x:{secrets.token_hex(16)}" for holder in holders}
    _rename_presences(campaign, names)
    if names:
        rewarded = update(_table(Redemption)).where(
            Redemption.campaign_id == campaign.id, Redemption.holder == bindparam("old")
        )
        pairs = [{"old": old, "name": name} for old, name in names.items()]
        db.session.execute(rewarded.values(holder=bindparam("name")), pairs)
    answers.rename_browsers(campaign, names)


def _rename_presences(campaign: Campaign, names: Mapping[str, str]) -> None:
    """With their scans, of which the later ones are not among the rows of this transaction."""
    of_week = (
        select(Presence.id, Presence.holder)
        .join(Occurrence, Occurrence.id == Presence.occurrence_id)
        .join(Event, Event.id == Occurrence.event_id)
        .where(Event.campaign_id == campaign.id, Presence.holder.in_(names))
        .order_by(Presence.id)
        .with_for_update(of=Presence)
    )
    found = [{"row": id, "name": names[holder]} for id, holder in db.session.execute(of_week)]
    if not found:
        return
    by_row = update(_table(Presence)).where(Presence.id == bindparam("row"))
    db.session.execute(by_row.values(holder=bindparam("name")), found)
    scans = Scan.presence_id == bindparam("row")
    of_presence = update(_table(Scan)).where(scans)
    db.session.execute(of_presence.values(holder=bindparam("name"), pass_id=None, digest=_NOTHING), found)
    again = update(_table(Resend)).where(Resend.scan_id.in_(select(Scan.id).where(scans)))
    db.session.execute(again.values(digest=_NOTHING), found)


def _clear(refused: Collection[Row]) -> None:
    """A scan that was refused has no presence."""
    numbers, ids = [row.number for row in refused], [row.id for row in refused]
    of_these = update(Scan).where(Scan.number.in_(numbers))
    db.session.execute(of_these.values(holder=None, pass_id=None, digest=_NOTHING))
    db.session.execute(update(Resend).where(Resend.scan_id.in_(ids)).values(digest=_NOTHING))


def _keep_done(campaign: Campaign, number: int) -> None:
    kept = insert(Setting).values(key=_key(campaign), value=str(number))
    db.session.execute(kept.on_conflict_do_update(index_elements=["key"], set_={"value": str(number)}))
