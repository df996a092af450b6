"""Words for ledger rows at the desk: verdicts, reasons, flags, kinds."""

from flask import Flask
from flask_babel import gettext as _

from models.corrections.scan_list import RowState
from models.ledger.tables import Direction, Flag, Reason, ScanKind, Verdict


def verdict_name(verdict: str) -> str:
    names = {
        Verdict.STORED: _("checked in"),
        Verdict.REPEAT: _("already checked in"),
        Verdict.REFUSED: _("not checked in"),
    }
    return names[Verdict(verdict)]


def reason_name(reason: str) -> str:
    """Why somebody was not let in, seen from the desk."""
    return {
        Reason.UNKNOWN_CODE: _("not one of our codes"),
        Reason.BAD_SIGNATURE: _("a pass that is not genuine"),
        Reason.REVOKED: _("a pass that is no longer valid"),
        Reason.WRONG_CAMPAIGN: _("a pass for another week"),
        Reason.WRONG_EVENT: _("a pass for another event"),
        Reason.NOT_OPEN: _("outside check-in hours"),
        Reason.FULL: _("the room was full"),
        Reason.NOT_ALLOWED: _("the kiosk is not allowed to do that"),
        Reason.BAD_SCAN: _("could not be read"),
    }[Reason(reason)]


def flag_name(flag: str) -> str:
    """What is remarkable about a scan."""
    return {
        Flag.LATE: _("uploaded late"),
        Flag.CLOCK: _("the clock of the kiosk was wrong"),
        Flag.OVER_CAPACITY: _("over capacity"),
        Flag.OUTSIDE_HOURS: _("outside check-in hours"),
        Flag.RAISED: _("more people than the first time"),
        Flag.REENTRY: _("came back"),
        Flag.ABOVE_DECLARED: _("more people than registered"),
        Flag.CONFLICT: _("uploaded again with different content"),
        Flag.REVOKED_PASS: _("the pass had been revoked"),
        Flag.AFTER_REVOCATION: _("the kiosk was out of service"),
        Flag.SET_ASIDE: _("not counted"),
    }[Flag[flag.upper()]]


def kind_name(kind: str, direction: str = Direction.IN) -> str:
    """How a visitor was checked in or out."""
    if direction == Direction.OUT:
        return _("exit")
    return {
        ScanKind.PASS: _("pass"),
        ScanKind.TOUCH: _("tap on the kiosk"),
        ScanKind.TALLY: _("staff count"),
        ScanKind.VENUE: _("phone at a venue code"),
        ScanKind.UNDO: _("undo"),
    }[ScanKind(kind)]


def row_state_name(state: str) -> str:
    """What became of a row of the ledger."""
    return {
        RowState.COUNTS: _("counted"),
        RowState.SET_ASIDE: _("not counted"),
        RowState.HELD: _("waits for review"),
        RowState.UNDONE: _("undone"),
        RowState.MOVED: _("moved"),
        RowState.REFUSED: _("not checked in"),
    }[RowState(state)]


def register(app: Flask) -> None:
    words = (verdict_name, reason_name, flag_name, kind_name, row_state_name)
    app.jinja_env.globals.update({word.__name__: word for word in words})
