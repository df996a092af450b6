"""What came of a rehearsal, as one JSON value and as a table to read."""

from unicodedata import east_asian_width

from flask_babel import gettext as _

from kiosk.simulator import network
from kiosk.simulator.fleet import Report
from models.ledger.tables import Verdict
from models.synthetic.fill import FillResult

NAMES, NUMBERS = 26, 9  # columns of the table


def as_value(report: Report, agrees: bool | None) -> dict:
    """agrees: whether the recount of the ledger does; None where the ledger is not here to be asked."""
    return {
        "kiosks": report.kiosks,
        "seed": report.seed,
        "sent": report.sent,
        "stored": report.stored,
        "repeated": report.repeated,
        "refused": report.refused,
        "lost": report.lost,
        "waiting": report.waiting,
        "aside": report.aside,
        "changed": report.changed,
        "again": report.again,
        "reasons": dict(report.reasons.most_common()),
        "flags": dict(report.flags.most_common()),
        "requests": dict(report.befell.most_common()),
        "seconds": round(report.seconds, 1),
        "verified": agrees,
    }


def filled_value(done: FillResult, seed: int) -> dict:
    """What a campaign was filled with."""
    return {
        "seed": seed,
        "events": done.events,
        "scans": done.scans,
        "stored": done.verdicts[Verdict.STORED],
        "repeated": done.verdicts[Verdict.REPEAT],
        "refused": done.verdicts[Verdict.REFUSED],
        "reasons": dict(done.reasons.most_common()),
        "flags": dict(done.flags.most_common()),
    }


def filled_text(done: FillResult, seed: int) -> str:
    reasons = ", ".join(f"{reason} {count}" for reason, count in done.reasons.most_common())
    return "\n".join(
        [
            _("Synthetic data, seed %(seed)s", seed=seed),
            _row(_("events"), done.events),
            _row(_("scans"), done.scans),
            _row(_("stored"), done.verdicts[Verdict.STORED]),
            _row(_("already checked in"), done.verdicts[Verdict.REPEAT]),
            _row(_("not checked in"), done.verdicts[Verdict.REFUSED], reasons),
        ]
    )


def as_text(report: Report, agrees: bool | None) -> str:
    reasons = ", ".join(f"{reason} {count}" for reason, count in report.reasons.most_common())
    befell = report.befell
    lines = [
        _(
            "%(kiosks)s simulated kiosks, seed %(seed)s, %(seconds)s seconds",
            kiosks=report.kiosks,
            seed=report.seed,
            seconds=f"{report.seconds:.1f}",
        ),
        _("Scans"),
        _row(_("sent"), report.sent),
        _row(_("stored"), report.stored),
        _row(_("already checked in"), report.repeated),
        _row(_("not checked in"), report.refused, reasons),
        _row(_("lost"), report.lost),
        *_unless_none(_("still on a kiosk"), report.waiting),
        *_unless_none(_("unreadable for the server"), report.aside),
        *_unless_none(_("answered differently later"), report.changed),
        _("Requests"),
        _row(_("made"), befell["requests"]),
        _row(_("lost on the way there"), befell[network.REQUEST_LOST]),
        _row(_("answer lost"), befell[network.ANSWER_LOST]),
        _row(_("arrived very late"), befell[network.LATE_COPY]),
        _row(_("answered by a network login page"), befell[network.PORTAL]),
        _row(_("without a network"), befell[network.OFFLINE]),
        _row(_("delivered twice"), befell[network.TWICE]),
        _row(_("twice at the same moment"), befell[network.AT_ONCE]),
        *_unless_none(_("server did not answer"), befell[network.UNREACHED]),
        _told(report, agrees),
    ]
    return "\n".join(lines)


def _told(report: Report, agrees: bool | None) -> str:
    if not report.complete:
        return _("Not every scan arrived exactly once.")
    if agrees is None:
        return _("Every scan arrived exactly once.")
    if agrees:
        return _("Every scan arrived exactly once, and the recount of the ledger agrees.")
    return _("The recount of the ledger differs: openweek verify shows where.")


def _row(name: str, count: int, note: str = "") -> str:
    wide = sum(east_asian_width(letter) in "WF" for letter in name)
    line = f"  {name:<{NAMES - wide}}{count:>{NUMBERS},}"
    return f"{line}  ({note})" if note else line


def _unless_none(name: str, count: int) -> list[str]:
    return [_row(name, count)] if count else []
