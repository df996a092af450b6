"""Figures read from the sums (models.ledger.sum_tables): few rows, whatever the number of scans."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import date

from sqlalchemy import ColumnElement, and_, func, literal, or_, select

from models.campaigns.tables import Campaign
from models.db import db
from models.figures.filters import FiguresFilter
from models.ledger.sum_tables import SUM_COLUMNS, VISIT_COLUMNS, FigureSum, SumKind
from models.ledger.tables import METHODS, Method
from models.places import regions
from models.places.regions import RegionLevel

_VALUE: dict[str, Callable[[str], object]] = {
    SumKind.REGION: lambda value: value or None,
    SumKind.LINE: lambda value: value or None,
    SumKind.EVENT: int,
    SumKind.AUDIENCE: str,
    SumKind.DAY: date.fromisoformat,
}
_FIELD = {
    "regions": SumKind.REGION,
    "lines": SumKind.LINE,
    "events": SumKind.EVENT,
    "audiences": SumKind.AUDIENCE,
    "days": SumKind.DAY,
}


def stored_rows(campaign: Campaign, by: Sequence[str], part: FiguresFilter) -> dict[tuple, dict] | None:
    """The rows of figures() that the sums hold: by nothing, by the method, or by one dimension that has sums; of the
    whole campaign, or of some values of this dimension. None elsewhere. By the method, participants are None."""
    kind = _narrowed(part)
    if kind is None or len(by) > 1:
        return None
    if not by or by[0] == "method":
        (numbers,) = _read(campaign, kind, part, grouped=False)
        return _by_method(numbers) if by else _rows((), [("", numbers)])
    if by[0] not in _VALUE or kind not in (SumKind.TOTAL, by[0]):
        return None
    return _rows(
        by, [(value, numbers) for value, *numbers in _read(campaign, SumKind(by[0]), part, grouped=True)]
    )


def stored_participants(campaign: Campaign, part: FiguresFilter) -> int | None:
    """The participants of the whole campaign, or of one value of one dimension; None for any other part."""
    kind = _narrowed(part)
    if kind is None or not _is_one_value(kind, part):
        return None
    (numbers,) = _read(campaign, kind, part, grouped=False)
    return int(numbers[-1] or 0)


def stored_visits_by_subregion(
    campaign: Campaign, part: FiguresFilter, digits: int
) -> dict[str | None, int] | None:
    """Visits by the first digits of the region; None: not known. None where the sums do not hold it."""
    if _narrowed(part) not in (SumKind.TOTAL, SumKind.REGION):
        return None
    prefix = func.substr(FigureSum.value, 1, digits)
    visits = func.sum(sum((getattr(FigureSum, name) for name in VISIT_COLUMNS), literal(0)))
    where = _where(campaign, SumKind.REGION, part)
    rows = db.session.execute(select(prefix, visits).where(where).group_by(prefix))
    return {value or None: int(total) for value, total in rows if total}


def _narrowed(part: FiguresFilter) -> SumKind | None:
    """The only dimension that a part narrows; TOTAL: none. None: several, or one without sums."""
    narrowed = [field.name for field in fields(part) if getattr(part, field.name) not in (None, ())]
    if not narrowed:
        return SumKind.TOTAL
    return _FIELD.get(narrowed[0]) if len(narrowed) == 1 else None


def _is_one_value(kind: SumKind, part: FiguresFilter) -> bool:
    values = _values(kind, part)
    if kind == SumKind.REGION:  # a county, with nothing below it
        return len(values) == 1 and regions.level_of(values[0]) == RegionLevel.COUNTY
    return kind == SumKind.TOTAL or len(values) == 1


def _values(kind: SumKind, part: FiguresFilter) -> list[str]:
    names = {kind: name for name, kind in _FIELD.items()}
    return [str(value) for value in getattr(part, names[kind])] if kind in names else []


def _read(campaign: Campaign, kind: SumKind, part: FiguresFilter, grouped: bool) -> list[Sequence]:
    """The values of a kind, each with its sums; not grouped: one row of sums alone."""
    numbers = [func.sum(getattr(FigureSum, name)) for name in SUM_COLUMNS]
    where = _where(campaign, kind, part)
    if not grouped:
        return list(db.session.execute(select(*numbers).where(where)))
    return list(db.session.execute(select(FigureSum.value, *numbers).where(where).group_by(FigureSum.value)))


def _where(campaign: Campaign, kind: SumKind, part: FiguresFilter) -> ColumnElement[bool]:
    of_kind = and_(FigureSum.campaign_id == campaign.id, FigureSum.kind == kind)
    values = _values(kind, part)
    if not values:
        return of_kind
    if kind == SumKind.REGION:
        return and_(of_kind, or_(*(regions.within(FigureSum.value, code) for code in values)))
    return and_(of_kind, FigureSum.value.in_(values))


def _rows(by: Sequence[str], sums: Sequence[tuple[str, Sequence]]) -> dict[tuple, dict]:
    rows = {}
    for value, numbers in sums:
        *visits, taken, participants = (int(number or 0) for number in numbers)
        if any(visits):
            key = tuple(_VALUE[name](value) for name in by)
            counted = {
                "visits": sum(visits),
                "methods": dict(zip(METHODS, visits, strict=True)),
                "taken": taken,
            }
            rows[key] = {**dict(zip(by, key, strict=True)), **counted, "participants": participants}
    return rows


def _by_method(numbers: Sequence) -> dict[tuple, dict]:
    *visits, taken, _participants = (int(number or 0) for number in numbers)
    return {
        (str(method),): {
            "method": str(method),
            "visits": count,
            "methods": dict.fromkeys(METHODS, 0) | {method: count},
            "taken": taken if method == Method.PASS else 0,
            "participants": None,
        }
        for method, count in zip(METHODS, visits, strict=True)
        if count
    }
