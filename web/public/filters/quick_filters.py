"""The chips above the list: audience groups, the remembered choice, near me. A second tap on a group removes it again."""

from dataclasses import dataclass

from flask import Flask

from models.campaigns.tables import Campaign
from models.places import regions
from models.public.filters import Filters
from web.urls import address
from web.words.terms import region_name


@dataclass(frozen=True)
class AudienceChip:
    """url: the list with this group added to the groups that are filtered by, or taken from them where it is chosen."""

    key: str
    chosen: bool
    url: str


def register(app: Flask) -> None:
    app.jinja_env.globals.update(
        audience_chips=audience_chips, nearby_address=nearby_address, chosen_region_name=chosen_region_name
    )


def audience_chips(campaign: Campaign, filters: Filters, path: str) -> list[AudienceChip]:
    chips = []
    for term in campaign.groups:
        others = tuple(key for key in filters.audience if key != term.key)
        chosen = term.key in filters.audience
        audience = others if chosen else tuple(sorted((*others, term.key)))
        chips.append(AudienceChip(term.key, chosen, address(path, filters.replace(audience=audience))))
    return chips


def chosen_region_name(filters: Filters) -> str:
    """The own name of the one region that is filtered by."""
    row = regions.regions_by_code().get(filters.region[0]) if len(filters.region) == 1 else None
    return region_name(row) if row else ""


def nearby_address(campaign: Campaign, filters: Filters) -> str:
    """The JSON of a choice by place. The region is left out: who is near its border is near both sides."""
    return address(f"/{campaign.id}/nearby.json", filters.replace(region=()))
