"""The figures for the API's description. The view is web.figures.pages: CONTRACT names its address and shape."""

from typing import Annotated

from flask import Flask
from msgspec import UNSET, Meta, Struct, UnsetType

from models.api_operation import Credentials, Operation, describe
from models.errors import N_
from models.figures.dimensions import DIMENSIONS
from models.organizations.tables import TokenScope
from models.places.regions import RegionLevel
from models.public.filters import NAMES
from web.api import shapes

READ_FIGURES = (TokenScope.READ, TokenScope.FIGURES)


class FiguresQuery(Struct, kw_only=True):
    campaign: Annotated[str, Meta(min_length=1, max_length=40, description=N_("Id of a campaign."))]
    by: (
        Annotated[
            str,
            Meta(
                pattern=f"^({'|'.join(DIMENSIONS)})(,({'|'.join(DIMENSIONS)}))*$",
                description=N_("Dimensions, each once."),
                examples=["audience,region"],
            ),
        ]
        | UnsetType
    ) = UNSET
    level: (
        Annotated[
            str,
            Meta(
                pattern=f"^({'|'.join(RegionLevel)})$",
                description=N_("Level of the regions: each row is a region with all below it."),
            ),
        ]
        | UnsetType
    ) = UNSET
    exact: (
        Annotated[
            str, Meta(pattern="^[01]$", description=N_("1: count participants where that takes long, too."))
        ]
        | UnsetType
    ) = UNSET


def register(app: Flask) -> None:
    describe(
        app,
        Operation(
            method="GET",
            path="/api/v1/figures",
            tag="figures",
            summary=N_("Visits and participants"),
            detail=N_(
                "Without a token: what is released. A device: its events; an account: its scope, with a token for read or"
                " figures."
            ),
            credentials=Credentials.ANY,
            query=FiguresQuery,
            answer=shapes.Figures,
            errors=(403, 404),
            free_query=dict.fromkeys(NAMES, N_("A filter of the public pages.")),
            answer_example={
                "as_of": "2024-04-22T09:30:05.120+08:00",
                "visits": 44,
                "participants": 43,
                "rows": [
                    {
                        "audience": "youth",
                        "visits": 44,
                        "participants": 43,
                        "taken": 0,
                        "methods": {
                            "pass": 43,
                            "rotating": 0,
                            "printed": 0,
                            "touch": 1,
                            "tally": 0,
                            "estimate": 0,
                        },
                    }
                ],
            },
        ),
    )
