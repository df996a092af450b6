"""What stands around a list to narrow it: the form of the filters and the chips of one tap. Of the page of a week they take a
fifth of the time, and no change of an event changes them."""

from flask import current_app
from markupsafe import Markup

from models.campaigns.tables import Campaign, Term, TermKind
from models.public.filters import Filters
from web.public.filters import choice, region_picker
from web.public.kept_markup import KeptMarkup
from web.words import terms

_kept = KeptMarkup(200)  # up to 20 KB each, with the counties of a city


class FilterParts:
    """Those of one page. path: of the list."""

    def __init__(self, campaign: Campaign, path: str, filters: Filters) -> None:
        self._campaign, self._path, self._filters = campaign, path, filters
        groups, formats = campaign.groups, campaign.terms_of(TermKind.FORMAT)
        words = tuple(map(_facts, groups)), tuple(map(_facts, formats))
        self._facts = terms.language(), campaign.id, words, path, filters

    def form(self, typed: str) -> Markup:
        """typed: what stands in the field of the search."""
        return _kept.get(("form", self._facts, typed), lambda: self._form(typed))

    def quick(self) -> Markup:
        return _kept.get(("quick", self._facts), self._quick)

    def _form(self, typed: str) -> Markup:
        region = self._filters.region[0] if len(self._filters.region) == 1 else None
        return _macro(
            "filter_form",
            self._campaign,
            self._path,
            self._filters,
            region_picker.picker_levels(region),
            choice.checkbox_values(self._campaign),
            choice.hidden_fields(self._filters),
            typed,
        )

    def _quick(self) -> Markup:
        return _macro("quick_filters", self._campaign, self._path, self._filters)


def _facts(term: Term) -> tuple[str, str, str, int]:
    return term.key, terms.t(term), term.icon, term.number


def _macro(name: str, *values: object) -> Markup:
    part: Markup = getattr(current_app.jinja_env.get_template("shared/filters.html").module, name)(*values)
    return part
