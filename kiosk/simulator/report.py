"""What came of a rehearsal, as one JSON value and as a table to read."""

from unicodedata import east_asian_width

from flask_babel import gettext as _

from kiosk.simulator import network
from kiosk.simulator.fleet import RehearsalReport
from models.ledger.tables import Verdict
from models.synthetic.fill import FillResult

NAMES, NUMBERS = 26, 9  # columns of the table


def report_json(report: RehearsalReport, agrees: bool | None) -> dict:
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
        "requests": dict(report.fault_counts.most_common()),
        "seconds": round(report.seconds, 1),
        "verified": agrees,
    }


def filled_json(filled: FillResult, seed: int) -> dict:
    """What a campaign was filled with."""
    return {
        "seed": seed,
        "events": filled.events,
        "scans": filled.scans,
        "stored": filled.verdicts[Verdict.STORED],
        "repeated": filled.verdicts[Verdict.REPEAT],
        "refused": filled.verdicts[Verdict.REFUSED],
        "reasons": dict(filled.reasons.most_common()),
        "flags": dict(filled.flags.most_common()),
    }


def filled_text(filled: FillResult, seed: int) -> str:
    reasons = ", ".join(f"{reason} {count}" for reason, count in filled.reasons.most_common())
    return "\n".join(
        [
            _("Synthetic data, seed %(seed)s", seed=seed),
            _row(_("events"), filled.events),
            _row(_("scans"), filled.scans),
            _row(_("stored"), filled.verdicts[Verdict.STORED]),
            _row(_("already checked in"), filled.verdicts[Verdict.REPEAT]),
            _row(_("not checked in"), filled.verdicts[Verdict.REFUSED], reasons),
        ]
    )


def report_text(report: RehearsalReport, agrees: bool | None) -> str:
    reasons = ", ".join(f"{reason} {count}" for reason, count in report.reasons.most_common())
    counts = report.fault_counts
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
        *_row_unless_zero(_("still on a kiosk"), report.waiting),
        *_row_unless_zero(_("not readable by the server"), report.aside),
        *_row_unless_zero(_("answered differently the second time"), report.changed),
        _("Requests"),
        _row(_("made"), counts["requests"]),
        _row(_("request lost"), counts[network.REQUEST_LOST]),
        _row(_("answer lost"), counts[network.ANSWER_LOST]),
        _row(_("arrived very late"), counts[network.LATE_COPY]),
        _row(_("answered by a network login page"), counts[network.PORTAL]),
        _row(_("without a network"), counts[network.OFFLINE]),
        _row(_("delivered twice"), counts[network.TWICE]),
        _row(_("twice at the same moment"), counts[network.AT_ONCE]),
        *_row_unless_zero(_("server did not answer"), counts[network.UNREACHED]),
        _conclusion(report, agrees),
    ]
    return "\n".join(lines)


def _conclusion(report: RehearsalReport, agrees: bool | None) -> str:
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


def _row_unless_zero(name: str, count: int) -> list[str]:
    return [_row(name, count)] if count else []
