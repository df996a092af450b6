"""Why an event was cancelled, as its visitors read it."""

from models.events.tables import ChangeVerb, Event


def cancellation_reason(event: Event) -> str:
    """The latest reason; empty without one."""
    reasons = [row.why for row in event.changes if row.verb == ChangeVerb.CANCELLED and row.why]
    return reasons[-1] if reasons else ""
