"""The stamp card as it is drawn on the page of a pass and on the result page of a phone."""

from dataclasses import dataclass

from flask import Flask

from models.campaigns.tables import Campaign, TermKind
from models.drawing import stamp_shape
from models.visitors.opinions import visit_to_ask
from models.visitors.visits import KeptVisit

_TILTS = (-7, 4, -3, 8, 0, -5, 6)  # degrees: as a hand sets stamps


@dataclass(frozen=True)
class StampShape:
    """edge, star: data of SVG paths. tilt: in degrees, the same for an event at every look."""

    edge: str
    star: str
    tilt: int


def register(app: Flask) -> None:
    app.jinja_env.globals["stamp_shape"] = shape_of
    app.jinja_env.globals["visit_to_ask"] = visit_to_ask


def shape_of(campaign: Campaign, visit: KeptVisit) -> StampShape:
    event = visit.event
    form = campaign.term(TermKind.FORMAT, event.main_format or "")
    focus = campaign.term(TermKind.FOCUS, event.main_focus or "")
    return StampShape(
        edge=stamp_shape.edge(form.number if form else 0),
        star=stamp_shape.star(focus.number if focus else 0),
        tilt=_TILTS[event.id % len(_TILTS)],
    )
