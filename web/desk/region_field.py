"""A region as people type it into a form, and the regions that a form offers."""

from collections.abc import Iterator

from sqlalchemy import select

from models.db import db
from models.errors import N_, Mistake
from models.organizations.tables import Account, Role
from models.places import recognition, regions
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


def region_code(text: str, own: str | None) -> str | None:
    """The code of a region that was typed: as a code, a name, the label of a list or a path of names. own: names are
    looked for in this region. None for an empty text; raises Mistake for anything else."""
    text = " ".join(text.split())
    if not text or text in regions.regions_by_code():
        return text or None
    named = [row.code for row in recognition.regions_named(text) if _lies_in(row.code, own)]
    if len(named) != 1:
        known = (row.code for row in regions.all_regions() if _lies_in(row.code, own))
        named = [code for code in known if region_label(code) == text]
    if len(named) == 1:
        return named[0]
    for cells in _as_cells(text.replace("，", " ").replace(",", " ").split()):
        match = recognition.recognise_region(*cells)
        if match.code and not match.problems:
            return match.code
    raise Mistake(
        N_("“%(text)s” was not recognised as a region. Choose one of the list, or write its full name."),
        text=text[:40],
    )


def _lies_in(code: str, own: str | None) -> bool:
    return own is None or regions.is_below(code, own)


def _as_cells(parts: list[str]) -> Iterator[tuple[str, str, str]]:
    """A path of names as province, city and county; 江苏省 灌云县 has no city, and English paths begin with the county."""
    for path in (parts, parts[::-1]):
        if len(path) == 3:
            yield path[0], path[1], path[2]
        elif len(path) == 2:
            yield from ((path[0], path[1], ""), (path[0], "", path[1]))
        elif len(path) == 1:
            yield from ((path[0], "", ""), ("", path[0], ""), ("", "", path[0]))
