"""Words for ledger rows at the desk: verdicts, reasons, flags, kinds."""

from flask import Flask
from flask_babel import gettext as _


def verdict_name(verdict: str) -> str:
    return {"stored": _("checked in"), "repeat": _("already checked in"), "refused": _("not checked in")}.get(
        verdict, verdict
    )


def reason_name(reason: str) -> str:
    """Why somebody was not let in, seen from the desk."""
    return {
        "unknown_code": _("not one of our codes"),
        "bad_signature": _("a pass that is not genuine"),
        "revoked": _("a pass that is no longer valid"),
        "wrong_campaign": _("a pass for another week"),
        "wrong_event": _("a pass for another event"),
        "not_open": _("outside check-in hours"),
        "full": _("the room was full"),
        "not_allowed": _("the kiosk is not allowed to do that"),
        "bad_scan": _("could not be read"),
    }.get(reason, reason)


def flag_name(flag: str) -> str:
    """What is remarkable about a scan."""
    return {
        "late": _("uploaded late"),
        "clock": _("the clock of the kiosk was wrong"),
        "over_capacity": _("over capacity"),
        "outside_hours": _("outside check-in hours"),
        "raised": _("more people than the first time"),
        "reentry": _("came back"),
        "above_declared": _("more people than registered"),
        "conflict": _("uploaded again with different content"),
        "revoked_pass": _("the pass had been revoked"),
        "after_revocation": _("the kiosk was out of service"),
        "set_aside": _("not counted"),
    }.get(flag, flag)


def kind_name(kind: str, direction: str = "in") -> str:
    """How somebody came to the door, or left it."""
    if direction == "out":
        return _("exit")
    return {
        "pass": _("pass"),
        "touch": _("tap on the kiosk"),
        "tally": _("staff count"),
        "venue": _("phone at a venue code"),
        "undo": _("undo"),
    }[kind]


def register(app: Flask) -> None:
    words = (verdict_name, reason_name, flag_name, kind_name)
    app.jinja_env.globals.update({word.__name__: word for word in words})
