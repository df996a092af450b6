"""The routes of devices for the API's description. CONTRACT: their JSON stays as it is."""

from typing import Annotated, Any

from flask import Flask
from msgspec import UNSET, Meta, Struct, UnsetType, field

from models.api_operation import Credentials, Operation, describe
from models.errors import N_

Uuid = Annotated[str, Meta(examples=["0191a1b2-0000-7000-8000-000000000001"])]


class ScanBatch(Struct):
    """At most 500 scans. Each is judged by itself, so a malformed one is refused and holds up no other."""

    scans: Annotated[list[Any], Meta(max_length=500)]
    device_time: (
        Annotated[str, Meta(description="RFC 3339: what the device's clock says at sending.")]
        | UnsetType
        | None
    ) = UNSET


class ScanResult(Struct):
    id: Uuid | None
    verdict: Annotated[str, Meta(examples=["stored", "repeat", "refused", "retry"])]
    reason: str | None
    message: str
    group: str | None
    headcount: int | None
    since: str | None
    flags: list[str]
    again: bool


class ScanResults(Struct):
    """In the order of the scans."""

    server_time: str
    results: list[ScanResult]


class PairingCode(Struct):
    code: str


class PairedKiosk(Struct):
    id: int
    name: str
    supervisor: bool
    scopes: list[str]
    expires: str | None


class Pairing(Struct):
    token: str
    kiosk: PairedKiosk


class DeviceConfiguration(Struct):
    """All that a device needs to judge a scan offline. knowledge: changes when anything in it does. session_passes: the session,
    by serial of the passes that are good at one session alone."""

    kiosk: PairedKiosk
    campaign: dict[str, Any]
    events: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    keys: dict[str, dict[str, Any]]
    revoked: list[str]
    session_passes: dict[str, int]
    question: dict[str, Any] | None
    rewards: bool
    rules: dict[str, Any]
    least_client: int
    knowledge: str
    message: dict[str, str] | None
    locked: bool
    server_time: str


class DeviceReport(Struct):
    waiting: Annotated[int, Meta(ge=0, le=10_000_000)] | UnsetType = UNSET
    aside: Annotated[int, Meta(ge=0, le=10_000_000)] | UnsetType = UNSET
    oldest: str | UnsetType | None = UNSET
    version: str | UnsetType = UNSET
    battery: Annotated[int, Meta(ge=0, le=100)] | UnsetType | None = UNSET
    charging: bool | UnsetType | None = UNSET


class DeviceNews(Struct):
    server_time: str
    message: dict[str, str] | None
    locked: bool
    knowledge: str
    inside: dict[str, int]


class ScreenPairing(Struct):
    token: str
    display: int


class ScreenEvent(Struct):
    id: int
    title: str


class UpcomingCodes(Struct):
    """codes: the symbol of each step from `first` on, base64 of its modules row by row; side: modules in a row."""

    display: int
    event: ScreenEvent
    server_time: str
    zone: str
    step_seconds: int
    first: int
    day: int
    side: int
    codes: list[str]


class CodesQuery(Struct):
    from_: Annotated[str, Meta(pattern="^[0-9]{1,11}$", description=N_("First step."))] | UnsetType = field(
        name="from", default=UNSET
    )
    count: Annotated[str, Meta(pattern="^[0-9]{1,11}$", description=N_("Steps."))] | UnsetType = UNSET


class StampCard(Struct):
    """code: of a pass or a phone's card, as scanned or typed. reward: the key of the one that is handed out now."""

    code: str
    reward: str | UnsetType | None = UNSET


class RewardName(Struct):
    zh: str
    en: str


class Reward(Struct):
    """redeemed_at: RFC 3339; null where it was not handed out."""

    key: str
    name: RewardName
    reached: bool
    redeemed_at: str | None


class StampCardState(Struct):
    stamps: int
    focus_points: int
    rewards: list[Reward]


class VisitorAnswer(Struct):
    """scan: the id of the check-in at this device. answer: the key of one of the campaign's answers."""

    scan: Annotated[str, Meta(extra_json_schema={"format": "uuid"})]
    answer: str


class AnswerCounted(Struct):
    """counted: false where this visit had been answered before."""

    counted: bool


OPERATIONS = (
    Operation(
        method="POST",
        path="/api/v1/scans",
        tag="kiosk",
        summary=N_("Hand in scans"),
        detail=N_("200 whatever the people did. The same id again gets the first answer."),
        credentials=Credentials.DEVICE,
        body=ScanBatch,
        answer=ScanResults,
        body_example={
            "device_time": "2024-04-22T09:30:05.120+08:00",
            "scans": [
                {
                    "id": "0191a1b2-0000-7000-8000-000000000001",
                    "seq": 18,
                    "at": "2024-04-22T09:29:58.004+08:00",
                    "kind": "touch",
                    "group": "youth",
                    "headcount": 1,
                }
            ],
        },
        answer_example={
            "server_time": "2024-04-22T09:30:05.300+08:00",
            "results": [
                {
                    "id": "0191a1b2-0000-7000-8000-000000000001",
                    "verdict": "stored",
                    "reason": None,
                    "message": "已签到",
                    "group": "youth",
                    "headcount": 1,
                    "since": None,
                    "flags": [],
                    "again": False,
                }
            ],
        },
    ),
    Operation(
        method="POST",
        path="/api/v1/kiosk/pair",
        tag="kiosk",
        summary=N_("A pairing code becomes the token of a kiosk"),
        credentials=Credentials.NONE,
        body=PairingCode,
        answer=Pairing,
        errors=(404, 409, 429),
        body_example={"code": "K7QW3MXP"},
        answer_example={
            "token": "owk_…",
            "kiosk": {
                "id": 7,
                "name": "K7",
                "supervisor": False,
                "scopes": ["scan", "tally"],
                "expires": None,
            },
        },
    ),
    Operation(
        method="GET",
        path="/api/v1/kiosk",
        tag="kiosk",
        summary=N_("What a kiosk must know to work offline"),
        credentials=Credentials.DEVICE,
        answer=DeviceConfiguration,
    ),
    Operation(
        method="POST",
        path="/api/v1/kiosk/heartbeat",
        tag="kiosk",
        summary=N_("A kiosk reports how it is and gets news"),
        credentials=Credentials.DEVICE,
        body=DeviceReport,
        answer=DeviceNews,
        body_example={"waiting": 0, "aside": 0, "version": "1", "battery": 80, "charging": True},
    ),
    Operation(
        method="POST",
        path="/api/v1/display/pair",
        tag="kiosk",
        summary=N_("A pairing code becomes the token of a screen"),
        credentials=Credentials.NONE,
        body=PairingCode,
        answer=ScreenPairing,
        errors=(404, 409, 429),
        body_example={"code": "K7QW3MXP"},
        answer_example={"token": "owd_…", "display": 3},
    ),
    Operation(
        method="GET",
        path="/api/v1/display",
        tag="kiosk",
        summary=N_("The next rotating codes of a screen"),
        credentials=Credentials.DEVICE,
        query=CodesQuery,
        answer=UpcomingCodes,
    ),
    Operation(
        method="POST",
        path="/api/v1/kiosk/cards",
        tag="kiosk",
        summary=N_("The stamp card of a pass or phone; a reward is handed out"),
        credentials=Credentials.DEVICE,
        body=StampCard,
        answer=StampCardState,
        errors=(404, 409, 422),
        body_example={"code": "K7QW3MXP"},
        answer_example={"stamps": 3, "focus_points": 2, "rewards": []},
    ),
    Operation(
        method="POST",
        path="/api/v1/kiosk/opinions",
        tag="kiosk",
        summary=N_("The answer that a visitor tapped after checking in at this kiosk"),
        credentials=Credentials.DEVICE,
        body=VisitorAnswer,
        answer=AnswerCounted,
        errors=(404, 409, 422),
        body_example={"scan": "0191a1b2-0000-7000-8000-000000000001", "answer": "useful"},
        answer_example={"counted": True},
    ),
)


def register(app: Flask) -> None:
    describe(app, *OPERATIONS)
