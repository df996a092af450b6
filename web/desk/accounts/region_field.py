"""A region as people type it into the form of an invitation, and the regions that the form offers."""

from sqlalchemy import select

from models.db import db
from models.errors import N_, Mistake
from models.organizations.tables import Account, Role
from models.places import regions
from models.places.tables import Region
from web.words.terms import region_label

MOST_OFFERED = 300


def own_region(account: Account) -> str | None:
    """The region that bounds what an account may name; None for the whole country."""
    return None if account.role == Role.COMMITTEE else account.organization.region_code


def offered(account: Account) -> list[Region]:
    """An office's own region and those below it; the provinces and prefectures for the committee."""
    own = own_region(account)
    query = select(Region).order_by(Region.code).limit(MOST_OFFERED)
    levels = Region.level.in_((regions.PROVINCE, regions.PREFECTURE))
    return list(db.session.scalars(query.where(regions.within(Region.code, own) if own else levels)))


def region_code(text: str, account: Account) -> str | None:
    """The code of a region that was typed: as a label of the list, a name or a code. Raises Mistake for anything else."""
    text = " ".join(text.split())
    if not text or text in regions.regions_by_code():
        return text or None
    own = own_region(account)
    named = [row.code for row in regions.regions_named(text) if _lies_in(row.code, own)]
    if len(named) != 1:
        known = (row.code for row in regions.all_regions() if _lies_in(row.code, own))
        named = [code for code in known if region_label(code) == text]
    path = text.replace(",", " ").replace("，", " ").split()
    if len(named) != 1 and len(path) in (2, 3):
        cells = (path[0], path[1] if len(path) == 3 else "", path[-1])  # 江苏省 灌云县 has no city
        recognition = regions.recognise_region(*cells)
        named = [recognition.code] if recognition.code and not recognition.problems else []
    if len(named) == 1:
        return named[0]
    raise Mistake(
        N_("“%(text)s” was not recognised as a region. Choose one of the list, or write its full name."),
        text=text[:40],
    )


def _lies_in(code: str, own: str | None) -> bool:
    return own is None or code == own or regions.is_below(code, own)
