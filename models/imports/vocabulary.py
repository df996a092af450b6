"""What a campaign makes of the words in files: its days, groups, formats, focus points and lines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from models.campaigns import file
from models.campaigns.tables import Campaign, TermKind


@dataclass(frozen=True)
class Vocabulary:
    """groups, formats, focuses: a word -> a key. years: those of its days."""

    starts: date
    ends: date
    zone: str
    groups: Mapping[str, str]
    formats: Mapping[str, str]
    lines: tuple[file.Term, ...]
    focuses: Mapping[str, str] = field(default_factory=dict)

    @property
    def years(self) -> range:
        return range(self.starts.year, self.ends.year + 1)


def vocabulary_of(campaign: Campaign) -> Vocabulary:
    def words(kind: str) -> dict[str, str]:
        return {
            word: term.key
            for term in campaign.terms_of(kind)
            for word in (term.key, term.name_en, term.name_zh)
        }

    lines = tuple(
        file.Term(term.number, term.key, term.name_zh, term.name_en, recognise=tuple(term.recognise))
        for term in campaign.terms_of(TermKind.LINE)
    )
    formats = words(TermKind.FORMAT) | {row.text: row.format for row in campaign.reported_formats}
    return Vocabulary(
        starts=campaign.starts,
        ends=campaign.ends,
        zone=campaign.zone,
        groups=words(TermKind.AUDIENCE),
        formats=formats,
        lines=lines,
        focuses=words(TermKind.FOCUS),
    )
