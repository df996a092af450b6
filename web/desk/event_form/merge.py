"""Two people at one event: what each changed since the form was opened, and which of both is kept."""

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from models.errors import N_, Mistake
from models.events.draft import EventDraft
from web.desk.event_form.fields import FIELDS

MINE, THEIRS = "mine", "theirs"


def base_text(draft: EventDraft) -> str:
    """The content of an event when the form was opened, for a hidden field."""
    return msgspec.json.encode(draft).decode()


def base_of(text: str) -> EventDraft:
    """Raises Mistake where the hidden field was changed or is lost."""
    try:
        return msgspec.json.decode(text, type=EventDraft)
    except msgspec.DecodeError:
        raise Mistake(
            N_("This form is incomplete. Reload the page; what you typed is offered again.")
        ) from None


def conflicts(base: EventDraft, mine: EventDraft, current: EventDraft) -> list[str]:
    """The fields that both have changed since, each in another way."""
    return [
        name
        for name in FIELDS
        if getattr(mine, name) != getattr(base, name)
        and getattr(current, name) != getattr(base, name)
        and getattr(mine, name) != getattr(current, name)
    ]


def merged(base: EventDraft, mine: EventDraft, current: EventDraft, choices: Mapping[str, str]) -> EventDraft:
    """The current content with my changes. choices: by field, where both have changed it."""
    changed = [name for name in FIELDS if getattr(mine, name) != getattr(base, name)]
    kept = [name for name in changed if choices.get(name) != THEIRS]
    return replace(current, **{name: getattr(mine, name) for name in kept})
