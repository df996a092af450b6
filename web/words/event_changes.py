"""Words for the history of an event: what was changed, as visitors and reviewers read it."""

from flask import Flask
from flask_babel import gettext as _

from models.events.tables import ChangeVerb, Event, EventChange


def register(app: Flask) -> None:
    app.jinja_env.globals.update(change_words=change_words, public_changes=public_changes)


def change_words(change: EventChange) -> str:
    """One line of an event's history. What concerns only where a row came from is nothing to the reader."""
    verbs = {
        ChangeVerb.DROPPED: _("Cancelled"),
        ChangeVerb.RESTORED: _("Takes place after all"),
        ChangeVerb.CREATED: _("First published") if change.at == change.event.published_at else _("Created"),
        ChangeVerb.PUBLISHED: _("First published"),
        ChangeVerb.CANCELLED: _("Cancelled: %(why)s", why=change.why) if change.why else _("Cancelled"),
        ChangeVerb.SENT_BACK: _("Sent back"),
        ChangeVerb.RECALLED: _("Submission withdrawn"),
        ChangeVerb.WITHDRAWN: _("Withdrawn"),
        ChangeVerb.SUBMITTED: _("Submitted for review"),
        ChangeVerb.MERGED: _("Merged with another entry of the same event"),
    }
    verb = ChangeVerb(change.verb)
    if verb in verbs:
        return verbs[verb]
    field_names = dict.fromkeys(word for name in change.fields if (word := field_name(name)))
    return _("Changed: %(fields)s", fields=_(", ").join(field_names)) if field_names else _("Changed")


def public_changes(event: Event) -> list[EventChange]:
    """What visitors see of an event's history: nothing from before it was public."""
    internal = (ChangeVerb.SUBMITTED, ChangeVerb.SENT_BACK, ChangeVerb.RECALLED)
    return [
        change
        for change in event.changes
        if change.verb not in internal and event.published_at is not None and change.at >= event.published_at
    ]


def field_name(name: str) -> str:
    """What a field of an event is called in its history; "" for one that readers never see."""
    names = {
        "title": _("title"),
        "title_en": _("English title"),
        "spotlights": _("spotlights"),
        "description": _("description"),
        "occurrences": _("time"),
        "time_text": _("time"),
        "region_code": _("place"),
        "region_text": _("place"),
        "venue_text": _("place"),
        "venues": _("place"),
        "venue": _("place"),
        "occurrence_venue": _("place"),
        "occurrence_capacity": _("capacity"),
        "lead": _("organizers"),
        "hosts": _("organizers"),
        "groups": _("audience"),
        "main_format": _("form of activity"),
        "formats": _("form of activity"),
        "main_focus": _("publicity focus"),
        "mode": _("how to take part"),
        "online_url": _("online address"),
        "report": _("what was reported"),
        "contact": _("public contact"),
        "picture_sha256": _("picture"),
        "picture_alt": _("description of the picture"),
    }
    return names.get(name, "")
