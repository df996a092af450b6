"""What is said of a device on the desk: its state, what it may do, when it was heard, how long its scans have waited."""

from datetime import datetime

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from models import clock
from models.devices.kiosks import Kiosk
from models.devices.status import DeviceState, DeviceStatus
from web.words.terms import clock_time, instant_label


def register(app: Flask) -> None:
    words = (device_state, device_scopes, heard_words, waiting_words, moment_words)
    app.jinja_env.globals.update({word.__name__: word for word in words})


def device_state(state: DeviceState) -> str:
    return {
        DeviceState.SERVING: _("in service"),
        DeviceState.LOCKED: _("locked"),
        DeviceState.EXPIRED: _("expired"),
        DeviceState.ENDED: _("out of service"),
    }[state]


def device_scopes(kiosk: Kiosk) -> str:
    """What a device may do, in words."""
    if kiosk.supervisor:
        return _("supervisor: scans, counts, undoes for others")
    if kiosk.can_scan and kiosk.can_tally:
        return _("scans and counts")
    return _("scans only") if kiosk.can_scan else _("count only")


def heard_words(device: DeviceStatus, zone: str, now: datetime) -> str:
    """When the server last heard of it: 09:31, with its day where that is not today."""
    return moment_words(device.heard_at, zone, now) if device.heard_at else _("never connected")


def moment_words(instant: datetime, zone: str, now: datetime) -> str:
    if clock.day_of(instant, zone) == clock.day_of(now, zone):
        return clock_time(instant, zone)
    return instant_label(instant, zone)


def waiting_words(device: DeviceStatus, now: datetime) -> str:
    """What it has not delivered: the number, and how long the oldest has waited."""
    if device.waiting is None:
        return "–"
    if not device.waiting:
        return _("0 to upload")
    scans = ngettext("%(num)s scan", "%(num)s scans", device.waiting)
    if device.oldest is None:
        return scans
    return _("%(scans)s, the oldest from %(age)s ago", scans=scans, age=_age(device.oldest, now))


def _age(since: datetime, now: datetime) -> str:
    minutes = max(int((now - since).total_seconds() // 60), 0)
    if minutes < 60:
        return _("%(count)s min", count=minutes)
    if minutes < 48 * 60:
        return _("%(count)s h %(minutes)s min", count=minutes // 60, minutes=minutes % 60)
    return _("%(count)s days", count=minutes // (24 * 60))
