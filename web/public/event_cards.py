"""The cards of a list, each kept by all that it depends on: after a change of one event only its own card is rendered.

A kept card is found by the facts that it shows, not by a version that somebody has to raise: what changed has another key."""

import threading
from collections import OrderedDict
from collections.abc import Collection, Hashable
from datetime import date, datetime

from flask import current_app
from markupsafe import Markup

from models.campaigns.tables import Campaign
from models.public.card_events import CardEvent
from models.public.schedule import sessions_on
from web.words import terms
from web.words.progress import Progress, progress, progress_words

MOST = 3000  # kept by one process, about 3 KB each

_kept: OrderedDict[Hashable, Markup] = OrderedDict()
_lock = threading.Lock()


class EventCards:
    """The cards of one page. starred: the ids of a reader's own list; such cards are not kept."""

    def __init__(self, campaign: Campaign, now: datetime, starred: Collection[int] = ()) -> None:
        self._campaign, self._now, self._starred = campaign, now, starred
        self._runs = campaign.starts <= campaign.today(now) <= campaign.ends
        groups = tuple((term.key, terms.t(term), term.icon, term.number) for term in campaign.groups)
        days = campaign.starts, campaign.ends, campaign.zone, terms.no_date(campaign)
        self._of_page = terms.language(), campaign.id, days, groups

    def __call__(self, event: CardEvent, day: date | None) -> Markup:
        if self._starred:
            return self._render(event, day)
        key = self._of_page, event.facts, day, self._progress(event, day)
        with _lock:
            found = _kept.get(key)
            if found is not None:
                _kept.move_to_end(key)
                return found
        card = self._render(event, day)
        with _lock:
            _kept[key] = card
            while len(_kept) > MOST:
                _kept.popitem(last=False)
        return card

    def _progress(self, event: CardEvent, day: date | None) -> tuple[Progress, str]:
        """What the card says by the clock."""
        if not self._runs or day is None:
            return Progress.LATER, ""
        shown = sessions_on(event, day)
        return progress(shown, day, self._now), progress_words(shown, day, self._now)

    def _render(self, event: CardEvent, day: date | None) -> Markup:
        macros = current_app.jinja_env.get_template("shared/card.html").module
        card: Markup = macros.event_card(  # type: ignore[attr-defined]  # a macro of the template
            self._campaign, event, day, starred=self._starred, now=self._now
        )
        return card
