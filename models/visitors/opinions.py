"""One question after coming (有收获 / 一般 / 没有), where the organizer switches it on. Kept as counts, never with a person."""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from models.campaigns.tables import UNKNOWN_GROUP, Campaign, TermKind
from models.codes import keys
from models.db import db, insert, transaction
from models.errors import N_, Conflict, Mistake
from models.events.merges import merged_ids
from models.events.tables import Event, Occurrence
from models.visitors.tables import OpinionCount, OpinionMark
from models.visitors.visits import KeptVisit

_CONTEXT = b"openweek-opinion\x01"
ANSWERED = N_("This question has been answered before. It is asked once.")


def is_asked(event: Event) -> bool:
    return event.asks_opinion and bool(event.campaign.question_zh)


def visit_to_ask(holder: str, visits: Sequence[KeptVisit]) -> KeptVisit | None:
    """The latest of these visits of a holder at an event that asks, unless its session has an answer already."""
    asked = [visit for visit in visits if is_asked(visit.event)]
    digests = {visit.scan_id: _digest(holder, visit.occurrence.id) for visit in asked}
    if not digests:
        return None
    known = set(
        db.session.scalars(select(OpinionMark.digest).where(OpinionMark.digest.in_(digests.values())))
    )
    return next((visit for visit in reversed(asked) if digests[visit.scan_id] not in known), None)


def give(holder: str, visit: KeptVisit, answer: str) -> None:
    """Count the answer of a holder to the question, once for each session. Raises Mistake, Conflict."""
    campaign = visit.event.campaign
    if not is_asked(visit.event):
        raise Conflict(N_("No question is asked at this event."))
    if campaign.term(TermKind.ANSWER, answer) is None:
        raise Mistake(N_("There is no such answer. Please use one of the buttons."))
    row = {"occurrence_id": visit.occurrence.id, "group": visit.group or UNKNOWN_GROUP, "answer": answer}
    counted = insert(OpinionCount).values(**row, answers=1)
    try:
        with transaction():
            # The unique key of the mark refuses a second answer, also one at the same moment.
            db.session.add(OpinionMark(digest=_digest(holder, visit.occurrence.id)))
            db.session.flush()
            db.session.execute(
                counted.on_conflict_do_update(
                    index_elements=[OpinionCount.occurrence_id, OpinionCount.group, OpinionCount.answer],
                    set_={"answers": OpinionCount.answers + 1},
                )
            )
    except IntegrityError:
        raise Conflict(ANSWERED) from None


def _digest(holder: str, occurrence_id: int) -> str:
    secret = keys.current_key(keys.KeyPurpose.BROWSER).secret
    return hmac.digest(secret, _CONTEXT + f"{occurrence_id} {holder}".encode(), hashlib.sha256).hex()[:32]


@dataclass(frozen=True)
class Opinions:
    """answers: of each answer of the campaign by its key, in its order. groups: the same for each group that answered."""

    n: int
    answers: dict[str, int]
    groups: dict[str, dict[str, int]]


def opinions_of(event: Event) -> Opinions:
    """What visitors of an event, and of those merged into it, answered."""
    query = (
        select(OpinionCount.group, OpinionCount.answer, func.sum(OpinionCount.answers))
        .join(Occurrence, Occurrence.id == OpinionCount.occurrence_id)
        .where(or_(Occurrence.event_id == event.id, Occurrence.event_id.in_(merged_ids([event.id]))))
        .group_by(OpinionCount.group, OpinionCount.answer)
    )
    counts: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(_answers(event.campaign), 0))
    for group, answer, answers in db.session.execute(query):
        counts[group][answer] = int(answers)
    order = [*(term.key for term in event.campaign.groups), UNKNOWN_GROUP]
    groups = {key: counts[key] for key in order if key in counts}
    total = {answer: sum(group[answer] for group in groups.values()) for answer in _answers(event.campaign)}
    return Opinions(sum(total.values()), total, groups)


def _answers(campaign: Campaign) -> list[str]:
    return [term.key for term in campaign.terms_of(TermKind.ANSWER)]
