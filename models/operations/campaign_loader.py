"""Loads the regions of GB/T 2260 and campaign files into rows. Loading again changes only what differs."""

from dataclasses import fields

from sqlalchemy import delete, insert, select, update

from models.campaigns import file as campaign_file
from models.campaigns.file import CampaignFile
from models.campaigns.tables import Campaign, ReportedFormat, Reward, Term, TermKind
from models.db import db, transaction
from models.errors import N_, Conflict, Mistake
from models.events.calendar_order import rebuild_calendar_order
from models.events.tables import Event, EventAudience, EventFormat
from models.ics import version
from models.organizations.tables import Organization
from models.places import regions
from models.places.tables import Region

# First segments of addresses, which no campaign may have as its id.
RESERVED_IDS = frozenset(
    "about api c code desk draw favicon.ico healthz icons kiosk language metrics r readyz robots.txt service-worker.js "
    "set-language sign-in sign-out slip sitemap.xml static v verify".split()
)
_COLUMNS = (
    "number", "name_zh", "name_en", "theme_zh", "theme_en", "starts", "ends", "zone", "marked_day", "marked_zh",
    "marked_en", "summary_working_days", "question_zh", "question_en",
)  # fmt: skip
_TERM_COLUMNS = tuple(
    f.name for f in fields(campaign_file.Term) if f.name not in ("key", "recognise", "colour")
)
_REGION_COLUMNS = ("level", "name", "short", "name_en", "addressee")


def load_regions() -> int:
    """Store every region, in one transaction; the number of new and changed rows. Regions are never deleted."""
    with transaction():
        columns = [getattr(Region, name) for name in ("code", "parent_code", *_REGION_COLUMNS)]
        stored = {row.code: tuple(row) for row in db.session.execute(select(*columns))}
        new: list[dict[str, object]] = []
        changed: list[dict[str, object]] = []
        for row in regions.all_regions():
            values: dict[str, object] = {"code": row.code, "parent_code": row.parent or None}
            values |= {name: getattr(row, name) for name in _REGION_COLUMNS}
            if row.code not in stored:
                new.append(values)
            elif stored[row.code] != tuple(values.values()):
                changed.append(values)
        # The file has a parent before its children, as the foreign key requires.
        if new:
            db.session.execute(insert(Region), new)
        if changed:
            db.session.execute(update(Region), changed)
    return len(new) + len(changed)


def load_campaign(file: CampaignFile, *, rehearsal: bool = False, figures_released: bool = False) -> Campaign:
    """Create or update a campaign from its file, in one transaction.

    Raises Conflict where the file changes what rows or printed codes depend on: the campaign's number, a group's number,
    a term in use; Mistake for an id or number that is taken."""
    if file.id.lower() in RESERVED_IDS:
        raise Mistake(N_("The campaign id “%(id)s” is an address of the system. Choose another."), id=file.id)
    with transaction():
        campaign = db.session.get(Campaign, file.id, populate_existing=True)
        if campaign is not None and campaign.number != file.number:
            raise Conflict(
                N_(
                    "Campaign “%(id)s” has number %(known)s, which is in every pass. Change it back in the file."
                ),
                id=file.id,
                known=campaign.number,
            )
        other = db.session.scalar(
            select(Campaign.id).where(Campaign.number == file.number, Campaign.id != file.id)
        )
        if other is not None:
            raise Mistake(
                N_("Number %(number)s belongs to campaign “%(other)s”. Choose another number."),
                number=file.number,
                other=other,
            )
        if campaign is None:
            campaign = Campaign(id=file.id, rehearsal=rehearsal, figures_released=figures_released)
            db.session.add(campaign)
        days_before = campaign.starts, campaign.ends, campaign.zone
        for name in _COLUMNS:
            setattr(campaign, name, getattr(file, name))
        db.session.flush()
        if days_before != (campaign.starts, campaign.ends, campaign.zone):
            rebuild_calendar_order(campaign)
        for kind in campaign_file.KINDS:
            _load_terms(campaign, kind, file.terms_of(kind))
        _load_formats(campaign, file)
        _load_rewards(campaign, file)
        db.session.flush()
        db.session.expire(campaign, ["terms", "reported_formats", "rewards"])
        latest = version.version(campaign.id)
        if latest is not None:  # pages show names that no feed has
            version.renew(campaign.id, latest[1])
    version.note_commit()
    return campaign


def _load_terms(campaign: Campaign, kind: TermKind, terms: tuple[campaign_file.Term, ...]) -> None:
    rows = db.session.scalars(select(Term).where(Term.campaign_id == campaign.id, Term.kind == kind)).all()
    row_by_key = {row.key: row for row in rows}
    for term in terms:
        row = row_by_key.get(term.key)
        if row and kind == TermKind.AUDIENCE and row.number != term.number:
            raise Conflict(
                N_(
                    "Group “%(key)s” has number %(known)s, which is in every pass. Change it back in the file."
                ),
                key=term.key,
                known=row.number,
            )
    keys = {term.key for term in terms}
    for row in (row for row in rows if row.key not in keys):
        if _in_use(campaign, kind, row.key):
            raise Conflict(
                N_("“%(key)s” is used by events of campaign “%(id)s”. Put it back in the file."),
                key=row.key,
                id=campaign.id,
            )
        db.session.delete(row)
    # Two terms may swap their numbers, which are unique: make all changing numbers negative first.
    renumbered = [row for term in terms if (row := row_by_key.get(term.key)) and row.number != term.number]
    for row in renumbered:
        row.number = -row.number
    db.session.flush()
    new: list[dict[str, object]] = []
    for term in terms:
        values = {name: getattr(term, name) for name in _TERM_COLUMNS} | {"recognise": list(term.recognise)}
        if row := row_by_key.get(term.key):
            for name, value in values.items():
                setattr(row, name, value)
        else:
            new.append({"campaign_id": campaign.id, "kind": kind, "key": term.key} | values)
    db.session.flush()
    if new:
        db.session.execute(insert(Term), new)


def _in_use(campaign: Campaign, kind: TermKind, key: str) -> bool:
    of_campaign = Event.campaign_id == campaign.id
    uses = {
        TermKind.AUDIENCE: select(Event.id).join(EventAudience).where(of_campaign, EventAudience.group == key),
        TermKind.FORMAT: select(Event.id).join(EventFormat).where(of_campaign, EventFormat.format == key),
        TermKind.FOCUS: select(Event.id).where(of_campaign, Event.main_focus == key),
        TermKind.LINE: select(Event.id)
        .join(Organization, Event.lead_id == Organization.id)
        .where(of_campaign, Organization.line == key),
    }  # fmt: skip
    return kind in uses and db.session.scalar(uses[kind].limit(1)) is not None


def _load_formats(campaign: Campaign, file: CampaignFile) -> None:
    of_campaign = ReportedFormat.campaign_id == campaign.id
    rows = db.session.execute(select(ReportedFormat.text, ReportedFormat.format).where(of_campaign))
    if dict(rows.tuples().all()) != dict(file.format_map):
        db.session.execute(delete(ReportedFormat).where(of_campaign))
        db.session.add_all(
            ReportedFormat(campaign_id=campaign.id, text=text, format=key)
            for text, key in file.format_map.items()
        )


def _load_rewards(campaign: Campaign, file: CampaignFile) -> None:
    """Redemptions of a reward that the file no longer has stay."""
    rows = {
        row.key: row for row in db.session.scalars(select(Reward).where(Reward.campaign_id == campaign.id))
    }
    for number, reward in enumerate(file.rewards, 1):
        row = rows.pop(reward.key, None)
        if row is None:
            row = Reward(campaign_id=campaign.id, key=reward.key)
            db.session.add(row)
        row.number = number
        for name in ("name_zh", "name_en", "stamps", "focus_points"):
            setattr(row, name, getattr(reward, name))
    for row in rows.values():
        db.session.delete(row)
