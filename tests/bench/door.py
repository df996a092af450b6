"""The door against REF, the barest honest check-in: one SELECT, one Ed25519 verify, one INSERT, one commit."""

from pathlib import Path
from uuid import uuid4

from sqlalchemy import Column, Integer, MetaData, Table, Uuid, insert, select

from models.checkin.admit import admit
from models.checkin.attempt import Attempt
from models.codes import keys, passes, signatures
from models.db import db, transaction
from tests.bench.ratios import interleaved, rate, tell
from tests.support.databases import Databases
from tests.support.week import NINE, load_week, make_door, make_event

BATCH = 500
REFERENCE = Table(
    "bench_reference",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("id", Uuid, unique=True),
)


def run(kinds: dict[str, Databases], folder: Path) -> None:
    from wsgi import create_app

    for kind, databases in kinds.items():
        with databases.fresh() as url:
            app = create_app(
                {"OPENWEEK_DATABASE_URL": url, "OPENWEEK_INSTANCE": str(folder / f"door-{kind}")}
            )
            with app.app_context():
                _measure(kind)
                db.session.remove()
                for engine in db.engines.values():
                    engine.dispose()


def _measure(kind: str) -> None:
    campaign = load_week()
    door = make_door(make_event(campaign))
    REFERENCE.create(db.engine)
    texts = iter(
        [made.token for _ in range(3) for made in passes.issue(campaign, "youth", NINE, count=10_000)]
    )
    source, public = door.source(), keys.current_key(keys.KeyPurpose.PASS).public

    def reference() -> int:
        sealed = signatures.parse_code(next(texts))
        with transaction():
            db.session.execute(
                select(passes.Pass.id).where(passes.Pass.serial == sealed.payload.serial)
            ).first()
            signatures.verify_pass(sealed, public)
            db.session.execute(insert(REFERENCE).values(id=uuid4()))
        return 1

    def ours(count: int) -> int:
        admit([Attempt(uuid4(), "pass", NINE, code=next(texts)) for _ in range(count)], source, NINE)
        return count

    found = interleaved(
        reference=lambda: rate(reference),
        one=lambda: rate(lambda: ours(1)),
        batch=lambda: rate(lambda: ours(BATCH)),
        verify=lambda: rate(lambda: _verify(next(texts), public)),
    )
    tell(f"{kind}: check-ins one by one ÷ REF", found["one"] / found["reference"])
    tell(f"{kind}: check-ins in batches of {BATCH} ÷ REF", found["batch"] / found["reference"])
    tell(f"{kind}: check-ins in batches of {BATCH} ÷ Ed25519 verify alone", found["batch"] / found["verify"])


def _verify(text: str, public: bytes) -> int:
    return int(signatures.verify_pass(signatures.parse_code(text), public))
