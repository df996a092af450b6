"""What an import says of each row and of a whole file, in words."""

from flask_babel import gettext as _

from models.errors import N_
from models.imports.apply import counts
from models.imports.findings import Finding, Names, Outcome, RowVerdict
from web.words.terms import language

VERDICT_NAMES = {
    RowVerdict.NEW: N_("new"),
    RowVerdict.CHANGED: N_("updated"),
    RowVerdict.SAME: N_("no change"),
    RowVerdict.CANCELLED: N_("cancelled"),
    RowVerdict.OTHER_YEAR: N_("other year"),
    RowVerdict.REFUSED: N_("not imported"),
}


# What is said of a row besides its findings. The other verdicts always have one that says why.
OPENING_SENTENCES = {RowVerdict.NEW: N_("Imported."), RowVerdict.SAME: N_("Already here, no change.")}


# The fields that a column of a table can be answered to be, by models.imports.column_answers.CHOICES.
COLUMN_NAMES = {
    "title": N_("Title"), "start_date": N_("First day"), "end_date": N_("Last day"), "start_time": N_("Start time"),
    "end_time": N_("End time"), "time_text": N_("Date and time in words"), "venue_text": N_("Place"),
    "address": N_("Address of the place"), "region": N_("Region"), "organizers": N_("Organizers"),
    "undertakers": N_("Undertaking organizations"), "co_organizers": N_("Supporting organizations"),
    "department": N_("Department of the organizer"),
    "audiences": N_("Audience groups"), "format": N_("Form of activity"), "focus": N_("Main focus"),
    "online": N_("On site or online"), "online_url": N_("Online address"), "description": N_("Description"),
    "capacity": N_("People at once"), "picture": N_("Address of the picture"), "contact": N_("Public contact"),
}  # fmt: skip


def reason(outcome: Outcome) -> str:
    """Why a row got its verdict, and what was noticed about it, as sentences in the reader's language."""
    first = [_(OPENING_SENTENCES[outcome.verdict])] if outcome.verdict in OPENING_SENTENCES else []
    return ("" if language() == "zh" else " ").join(
        first + [sentence(finding) for finding in outcome.findings]
    )


def sentence(finding: Finding) -> str:
    values = {
        name: _list(value) if isinstance(value, Names) else value for name, value in finding.values.items()
    }
    sentence = _(finding.message, **values)
    between = "：" if language() == "zh" else ": "
    return f"{finding.cell}{between}{sentence}" if finding.cell else sentence


def _list(names: Names) -> str:
    return ("、" if language() == "zh" else ", ").join(_(message) for message in names.messages)


def summary(outcomes: list[Outcome]) -> str:
    """How many rows got each verdict, in a sentence."""
    parts = [f"{_(VERDICT_NAMES[verdict])} {count}" for verdict, count in counts(outcomes).items() if count]
    words = ("，" if language() == "zh" else ", ").join(parts)
    return _("%(count)s rows: %(summary)s.", count=len(outcomes), summary=words)
