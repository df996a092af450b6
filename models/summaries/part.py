"""Of what a summary is: a region and all below it or the whole country, one line of it or all. Who writes and receives it."""

from dataclasses import dataclass
from functools import lru_cache

from models.campaigns.tables import Campaign, TermKind
from models.errors import N_, Mistake, NotFound
from models.organizations.tables import Account, Role
from models.places import regions
from models.places.regions import RegionLevel, StandardRegion

NO_PART = N_("There is no page at this address. Check the address, or start from the week.")


@dataclass(frozen=True)
class Part:
    """region "": the whole country. line "": all lines."""

    campaign: Campaign
    region: str = ""
    line: str = ""


def parse_part(campaign: Campaign, region: str, line: str) -> Part:
    """Raises Mistake for a region or line that there is not."""
    if region and region not in regions.regions_by_code():
        raise Mistake(N_("There is no region with the code “%(code)s”."), code=region[:20])
    if line and campaign.term(TermKind.LINE, line) is None:
        raise Mistake(N_("There is no sector “%(value)s” in this week."), value=line[:40])
    return Part(campaign, region, line)


def part_for(account: Account, campaign: Campaign, region: str | None, line: str | None) -> Part:
    """The part that an account asked for, else its own. Raises NotFound for one out of its reach."""
    own = own_part(account, campaign)
    asked = parse_part(campaign, own.region if region is None else region, own.line if line is None else line)
    if not _reaches(own, asked):
        raise NotFound(NO_PART)
    return asked


def own_part(account: Account, campaign: Campaign) -> Part:
    """The part for which an account's office writes: the committee's the country. Raises NotFound where there is none."""
    own = account.organization
    if account.role == Role.COMMITTEE:
        return Part(campaign)
    if not account.oversees or own.region_code is None:
        raise NotFound(NO_PART)
    return Part(campaign, own.region_code, (own.line or "") if own.line_limited else "")


def _reaches(own: Part, other: Part) -> bool:
    below = not own.region or (bool(other.region) and regions.is_below(other.region, own.region))
    return below and (not own.line or own.line == other.line)


def reaches(account: Account, part: Part) -> bool:
    """Whether an account reads this summary. Raises NotFound for an account that reads none."""
    return _reaches(own_part(account, part.campaign), part)


def writes(account: Account, part: Part) -> bool:
    """Whether an account writes this summary, seals it and hands it in: its own, and that of a line in its own region."""
    if not account.reviews:
        return False
    own = own_part(account, part.campaign)
    return own.region == part.region and own.line in ("", part.line)


def receives(account: Account, part: Part) -> bool:
    """Whether an account accepts this summary or sends it back: an office above, of a line also the office of the region. Above
    the committee there is nobody, so that it decides on the country's itself."""
    if not account.reviews:
        return False
    own = own_part(account, part.campaign)
    from_above = own.region != part.region or not part.region
    return _reaches(own, part) and (from_above or (bool(part.line) and not own.line))


@lru_cache(maxsize=512)
def parts_below(region: str) -> tuple[StandardRegion, ...]:
    """The regions one level below, in the order of the codes; of groupings such as 市辖区 the counties in their place."""
    below: list[StandardRegion] = []
    for row in regions.all_regions():
        if row.parent == region:
            grouping = row.level == RegionLevel.PREFECTURE and (
                row.name in ("市辖区", "县") or "直辖县级" in row.name
            )
            below += parts_below(row.code) if grouping else (row,)
    return tuple(below)


def expected_below(region: str) -> tuple[StandardRegion, ...]:
    """Of the regions one level below those that hand in a summary: of the provinces the notice's addressees."""
    return tuple(row for row in parts_below(region) if row.parent or row.addressee)


@lru_cache(maxsize=512)
def counties(region: str) -> tuple[StandardRegion, ...]:
    """The counties in a region, the Corps as one."""
    return tuple(
        row
        for row in regions.all_regions()
        if (row.level == RegionLevel.COUNTY or row.code == regions.CORPS)
        and (not region or regions.is_below(row.code, region))
    )


def part_below(region: str, code: str | None) -> str:
    """The code of the region one level below `region` in which a code lies; "" for the region's own and for None."""
    if not code:
        return ""
    if code in _codes_below(region):
        return code
    return next((one for one in reversed(regions.ancestors(code)) if one in _codes_below(region)), "")


@lru_cache(maxsize=512)
def _codes_below(region: str) -> frozenset[str]:
    return frozenset(row.code for row in parts_below(region))
