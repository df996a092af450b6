"""The picture of a new event, chosen in its form."""

from dataclasses import replace
from datetime import datetime

from flask import request

from models.errors import Mistake
from models.events.draft import EventDraft
from models.events.draft_rules import alt_problem
from models.organizations.tables import Account
from web.desk.event_form.fields import EventForm
from web.desk.form_files import pictures


def read_picture(form: EventForm, account: Account, now: datetime) -> None:
    """Into the form: the picture that was sent now or before, and its description. What is wrong is noted there."""
    form.picture_alt = pictures.typed_alt("picture_alt")
    sent = pictures.sent_picture(account, now)
    form.picture = sent.digest
    if sent.problem is not None:
        form.problems["picture"] = sent.problem
    elif sent.digest is not None:
        if problem := alt_problem(form.picture_alt):
            form.problems["picture_alt"] = problem
    elif form.picture_alt and pictures.NONE not in request.form:
        form.problems["picture"] = Mistake(pictures.NO_FILE)


def with_picture(draft: EventDraft, form: EventForm) -> EventDraft:
    if form.picture is None:
        return draft
    return replace(draft, picture_sha256=form.picture, picture_alt=form.picture_alt)
