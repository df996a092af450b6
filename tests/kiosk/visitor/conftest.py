"""The same event, code and phones as for the phone's own pages."""

from tests.kiosk.phone.conftest import another, at, event, phone, token, week

__all__ = ["another", "at", "event", "phone", "token", "week"]
