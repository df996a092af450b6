"""Where an event happens whose row names no region: its table, its lead, its venue say so. Reads no database."""

import re
from dataclasses import replace

from models.events.draft import EventDraft
from models.events.tables import Mode
from models.imports.findings import Row
from models.imports.spreadsheet import region_cell
from models.places import recognition, regions


def in_table(draft: EventDraft, row: Row, own: str | None) -> EventDraft:
    """The draft in the region of the table that it stands in, or of the heading above it, unless its lead's name says
    that it sits elsewhere. own: the region of the office that imports; what lies outside is none of its regions."""
    above = (
        row.within
        if row.within and not regions.is_below(row.county, row.within)
        else row.county or row.within
    )
    if not above or draft.region_code or (own and not regions.is_below(above, own)):
        return draft
    if named := _below(draft.region_text, above):
        above, draft = named, replace(draft, region_text="")
    if draft.lead is None:
        return replace(draft, region_code=above)
    name = draft.lead.name
    seat = region_cell.region_at_start(name, above) or region_cell.seat_in_name(name)
    short = "" if "驻" in name else region_cell.seat_in_short_name(name)  # 武汉海关驻鄂州办事处
    # Of 北仑海关 in the table of 宁波海关 the county is not said.
    in_city = short and regions.level_of(short) == regions.COUNTY and regions.is_below(short, above)
    seat = seat or ("" if in_city else short)
    if seat and not regions.is_below(above, seat):
        if not regions.is_below(seat, above):
            return draft
        above = seat
    lead = replace(draft.lead, region_code=region_cell.seat_of(draft.lead.name, above))
    return replace(draft.with_lead(lead), region_code=above)


def _below(text: str, above: str) -> str:
    """The code of the one region below another that has this name in daily use: 来凤 in the table of 恩施州; "" for none."""
    codes = [row.code for row in recognition.regions_named(text) if regions.is_below(row.code, above)]
    return codes[0] if len(codes) == 1 else ""


def at_venue(draft: EventDraft, own: str | None) -> EventDraft:
    """The draft where its place says that it is: 广东省广州市黄埔区; a county without its city (邻水县) where it lies in
    the city of the region that is known."""
    if draft.mode == Mode.ONLINE or not draft.venue_text:
        return draft
    base = _city(draft.region_code or own)
    # Of 濉溪县、杜集区 neither is where it is.
    names = [venue.name for venue in draft.all_venues()] or re.split("[、，,;；\n]", draft.venue_text)
    codes = {region_cell.region_at_start(name, base) for name in names}
    code = codes.pop() if len(codes) == 1 else None
    if code is None or (own and not regions.is_below(code, own)):
        return draft
    first = region_cell.region_at_start(names[0][: len(regions.regions_by_code()[code].name)], base)
    alone = first == code and regions.level_of(code) == regions.COUNTY
    if alone and base and not regions.is_below(code, base) and not _by_customs_of_province(draft, code, base):
        return draft
    if draft.region_code and regions.is_below(draft.region_code, code):
        return draft
    return replace(draft, region_code=code)


def _by_customs_of_province(draft: EventDraft, code: str, base: str) -> bool:
    """Customs of a city are in charge of a province: 凭祥市友谊关口岸 in the table of 南宁海关."""
    return draft.lead is not None and draft.lead.name.endswith("海关") and code[:2] == base[:2]


def at_venue_within(draft: EventDraft, own: str | None) -> EventDraft:
    """The draft in the county that its place names within the region of its row: 鞍山市, 海城市会议中心."""
    placed = at_venue(draft, own)
    below = (
        placed.region_code and draft.region_code and regions.is_below(placed.region_code, draft.region_code)
    )
    return placed if below else draft


def in_lead(draft: EventDraft) -> EventDraft:
    """The draft in the one county of its lead's city that bears the name in its row: 城关区 of 拉萨市委宣传部."""
    lead = draft.lead
    base = _city((lead and lead.region_code) or draft.region_code)
    if not base or not draft.region_text:
        return draft
    code = region_cell.region_at_start(draft.region_text, base)
    if (
        not code
        or regions.regions_by_code()[code].name != draft.region_text
        or not regions.is_below(code, base)
    ):
        return draft
    return replace(draft, region_code=code, region_text="")


def _city(code: str | None) -> str | None:
    """The prefecture of a county; a prefecture or province itself."""
    if code is None or regions.level_of(code) != regions.COUNTY:
        return code
    above = regions.ancestors(code)
    return above[-1] if above else code


def by_short_name(draft: EventDraft, own: str | None) -> EventDraft:
    """The draft where its lead's name says it sits in daily words: 烟台海关, 广西贸促会."""
    if draft.lead is None or draft.lead.region_code or draft.region_code:
        return draft
    code = region_cell.seat_in_short_name(draft.lead.name)
    if code is None or (own and not regions.is_below(code, own)):
        return draft
    return replace(draft, region_code=code)
