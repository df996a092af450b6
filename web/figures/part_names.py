"""What figures are of, beside the week: in words, and as part of a file's name."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from models.campaigns.tables import Campaign
from models.live.area import Area
from models.places import regions
from models.public.filters import EVERYTHING, Filters
from web.words.figures import value_names
from web.words.terms import mode_name, region_label

ORDER = ("organization", "region", "line", "audience", "focus", "format", "day")
LONGEST = 100  # characters of a file's name


@dataclass(frozen=True)
class PartName:
    """words: 江苏省 · 法院; the organization's name where an organizer sees its own events. file: ip-2024-320000-courts."""

    words: str
    file: str


def part_name(
    campaign: Campaign,
    area: Area,
    chosen: Filters = EVERYTHING,
    *,
    own: bool = False,
    released: Sequence[str] = (),
) -> PartName:
    """area: what the reader sees; chosen: the part of it. own: of the region alone, without those below it. released: the
    regions whose figures are public, where not all are."""
    organization = () if area.organization_id is None else (area.organization_id,)
    merged = chosen.replace(
        region=chosen.region or ((area.region,) if area.region else ()),
        line=chosen.line or ((area.line,) if area.line else ()),
        organization=chosen.organization or organization,
    )
    is_country = not merged.region and not merged.organization
    parts = _published_parts(merged.region, released)
    names = [_("The whole country")] if is_country and not parts else []
    values: list[str] = []
    for dimension in ORDER:
        picked = getattr(merged, dimension)
        words = value_names(campaign, dimension, picked)
        names += (words[value] for value in picked)
        values += (f"organization-{one}" if dimension == "organization" else str(one) for one in picked)
        if dimension == "region" and own:
            names.append(_("without the regions below"))
            values.append("own")
    if parts:
        names += [
            _("Published so far: %(region)s", region=region_label(parts[0])),
            *map(region_label, parts[1:]),
        ]
    names += [*map(mode_name, merged.mode), *([f"“{merged.q}”"] if merged.q else [])]
    file = "-".join([campaign.id, *values, *merged.mode])
    return PartName(" · ".join(names), file[:LONGEST])


def _published_parts(asked: Sequence[str], released: Sequence[str]) -> list[str]:
    """The released regions that an area consists of, where it is not released as a whole. asked: (): the country."""
    if not asked:
        return list(released)
    whole = any(regions.is_below(one, code) for one in asked for code in released)
    return [] if whole else [code for code in released if any(regions.is_below(code, one) for one in asked)]
