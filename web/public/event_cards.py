"""The cards of a list, each kept by all that it depends on: after a change of one event only its own card is rendered."""

from collections.abc import Collection, Hashable
from datetime import date, datetime
from functools import lru_cache

from flask import current_app
from markupsafe import Markup

from models.campaigns.tables import Campaign
from models.public.card_events import CardEvent
from models.public.schedule import sessions_on
from web.public.kept_markup import KeptMarkup
from web.words import terms
from web.words.progress import Progress, progress, progress_words

_kept = KeptMarkup(3000)  # about 3 KB each


@lru_cache(maxsize=128)
def _page(*_facts: Hashable) -> object:
    """One object for the same facts: those of the page are looked up once, not with each of its cards."""
    return object()


class EventCards:
    """The cards of one page. starred: the ids of a reader's own list; such cards are not kept."""

    def __init__(self, campaign: Campaign, now: datetime, starred: Collection[int] = ()) -> None:
        self._campaign, self._now, self._starred = campaign, now, starred
        self._runs = campaign.starts <= campaign.today(now) <= campaign.ends
        groups = tuple((term.key, terms.t(term), term.icon, term.number) for term in campaign.groups)
        days = campaign.starts, campaign.ends, campaign.zone, terms.no_date(campaign)
        self._of_page = _page(terms.language(), campaign.id, days, groups)

    def __call__(self, event: CardEvent, day: date | None) -> Markup:
        if self._starred:
            return self._render(event, day)
        facts = self._of_page, event.facts, day, self._progress(event, day)
        return _kept.get(facts, lambda: self._render(event, day))

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
