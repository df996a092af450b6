"""A proposed change in words: field by field, what is there and what would be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from models.campaigns.tables import Campaign, TermKind
from models.events.draft import EventDraft, OccurrenceDraft, draft_of
from models.imports.findings import FIELDS
from models.publishing import proposals
from models.publishing.proposals import Proposal
from web.words.terms import (
    clock_time,
    day_label,
    format_name,
    group_name,
    half_day_name,
    mode_name,
    region_label,
    t,
)


@dataclass(frozen=True)
class ShownPicture:
    """digest: None where there is no picture."""

    digest: str | None
    alt: str


@dataclass(frozen=True)
class FieldChange:
    """name: of the field. before, after: texts; empty where nothing is given. pictures: before and after, with their
    descriptions, where the picture is the field."""

    name: str
    before: str
    after: str
    pictures: tuple[ShownPicture, ShownPicture] | None = None


def reason_missing() -> str:
    return _("Please give a reason: who proposed the change reads it.")


def changes(proposal: Proposal) -> list[FieldChange]:
    if proposal.cancels:
        cancelled = FieldChange(_("Status"), _("Published"), _("Cancelled"))
        return [
            cancelled,
            *([FieldChange(_("Reason, for visitors"), "", proposal.why)] if proposal.why else []),
        ]
    before, after = draft_of(proposal.event), proposals.result_of(proposal)
    names = proposals.changed_fields(proposal)
    rows = field_changes(proposal.event.campaign, names, before, after)
    # Sessions that only have another place: that is the row of the places.
    return [one for one in rows if one.pictures or one.before != one.after] or rows


def field_changes(
    campaign: Campaign, names: Iterable[str], before: EventDraft, after: EventDraft
) -> list[FieldChange]:
    """These fields of two drafts, in words."""
    return [
        FieldChange(
            _(FIELDS[name]),
            _text(campaign, name, before),
            _text(campaign, name, after),
            (_picture(before), _picture(after)) if name == "picture_sha256" else None,
        )
        for name in names
    ]


def _picture(draft: EventDraft) -> ShownPicture:
    return ShownPicture(draft.picture_sha256, draft.picture_alt)


def _text(campaign: Campaign, name: str, draft: EventDraft) -> str:
    if name == "region_code":
        return region_label(draft.region_code) or ""
    if name == "mode":
        return mode_name(draft.mode) if draft.mode else ""
    if name == "main_format":
        return format_name(campaign, draft.main_format) or ""
    if name == "main_focus":
        return t(campaign.term(TermKind.FOCUS, draft.main_focus or ""))
    if name == "picture_sha256":
        return _("Picture") if draft.picture_sha256 else ""
    texts: dict[str, Sequence[str]] = {
        "lead": [draft.lead.name] if draft.lead else [],
        "hosts": draft.hosts,
        "groups": [group_name(campaign, group) for group in draft.groups],
        "formats": [one.text or format_name(campaign, one.format) for one in draft.formats],
        "venues": [" / ".join(filter(None, (venue.name, venue.name_en))) for venue in draft.venues],
        "spotlights": [t(campaign.term(TermKind.SPOTLIGHT, key)) or key for key in draft.spotlights],
        "occurrences": [_session(one, campaign.zone) for one in draft.occurrences],
    }
    return _("; ").join(texts[name]) if name in texts else str(getattr(draft, name) or "")


def _session(occurrence: OccurrenceDraft, zone: str) -> str:
    room = occurrence.capacity
    people = (
        ngettext("Room for %(num)s person at a time", "Room for %(num)s people at a time", room)
        if room
        else ""
    )
    return " · ".join(filter(None, (when(occurrence, zone), people)))


def when(occurrence: OccurrenceDraft, zone: str) -> str:
    """Days and hours of an occurrence of a draft."""
    days = [day_label(day) for day in dict.fromkeys((occurrence.start_day, occurrence.end_day))]
    times = [clock_time(at, zone) for at in (occurrence.start_at, occurrence.end_at) if at]
    hours = "–".join(times) or half_day_name(occurrence.half_day)
    return " ".join(part for part in ("–".join(days), hours) if part)
