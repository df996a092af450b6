"""Registration at an event of the demo's organizer: most places taken, a class that waits."""

from datetime import datetime

from models.events.tables import Event, EventStatus
from models.organizations.tables import Account
from models.registration import registrations, settings
from models.registration.registrations import new_secret
from models.registration.requests import RegistrationRequest
from models.registration.settings import SettingsDraft
from models.registration.tables import ContactRule

PLACES = 40
# Group, people, contact. They take 36 places, so that the class and the party below do not fit.
REGISTERED = (
    ("public", 1, "li@example.org"),
    ("public", 2, ""),
    ("innovators", 1, "13800001234"),
    ("youth", 25, "teacher@example.org"),
    ("government", 3, "office@example.org"),
    ("public", 4, ""),
)
WAITING = (("youth", 30, "school@example.org"), ("public", 6, ""))


def offer(events: list[Event], organizer: Account, now: datetime) -> None:
    """At the first of the organizer's events with one session that is still to come."""
    event = next((one for one in events if _comes(one, now)), None)
    if event is None:
        return
    draft = SettingsDraft(
        places=PLACES,
        largest_group=50,
        waiting_list=True,
        opens_at=None,
        closes_at=None,
        contact=ContactRule.OPTIONAL,
        questions=("是否需要无障碍座位？",),
    )
    offered = settings.save(event, None, draft, now, organizer)
    for group, headcount, contact in (*REGISTERED, *WAITING):
        registrations.register(offered, RegistrationRequest(group, headcount, contact), new_secret(), now)


def _comes(event: Event, now: datetime) -> bool:
    starts = event.occurrences[0].start_at
    return (
        event.status == EventStatus.PUBLISHED
        and len(event.occurrences) == 1
        and starts is not None
        and starts > now
    )
