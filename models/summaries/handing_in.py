"""Handing in: a summary is sealed by its office, then accepted or sent back with a reason by one above. All as rows."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import joinedload

from models import clock
from models.campaigns.tables import Campaign, TermKind
from models.codes import keys
from models.codes.keys import KeyPurpose, SigningKey
from models.db import LARGEST_ID, db, transaction
from models.errors import N_, Conflict, Mistake, NotFound
from models.organizations.tables import Account
from models.places import regions
from models.summaries import seal
from models.summaries.content import Content, collect
from models.summaries.part import NO_PART, Part, expected_below, reaches, receives, writes
from models.summaries.tables import SealedSummary, StepVerb, SummaryStep
from models.summaries.texts import of_part, texts_of

RegionAndLine = tuple[str, str]  # of a Part

MAX_WHY = 500
IS_IN = N_("This summary was handed in already. It can be handed in again when it is sent back.")
NOT_YOURS = N_("This summary is written by the office of its region.")
NO_WHY = N_("Write the reason, up to %(most)s characters: the office has to know what to change.")
DECIDED = N_("This summary was decided on already. Load the page again.")
TAKEN_UP = N_(
    "The office above has handed in its own summary with this one in it. Send that one back first, then this one."
)
CHANGED_BELOW = N_("A summary below was sent back just now. Load the page again, then hand in.")


def hand_in(part: Part, account: Account, now: datetime) -> SealedSummary:
    """Seal figures and texts as they are now. Raises Mistake and Conflict."""
    if not writes(account, part):
        raise NotFound(NO_PART)
    content = content_to_seal(part, account, now)
    with transaction():
        _keep_accepted(_digests_in(content))
        last = latest(part)
        if last is not None and last.state != StepVerb.SENT_BACK:
            raise Conflict(IS_IN)
        content["number"] = last.number + 1 if last else 1
        sealed = _sealed(part, content, account, now)
        db.session.add(sealed)
        sealed.steps.append(SummaryStep(verb=StepVerb.HANDED_IN, account_id=account.id, at=now))
    return sealed


def content_to_seal(part: Part, account: Account, now: datetime) -> Content:
    """The figures with the texts, the office, and what of the parts below was accepted or is missing."""
    content = collect(part, now)
    content["texts"] = {str(section): text for section, text in texts_of(part).items()}
    content["organization"] = account.organization.name
    content["sealed_at"] = clock.instant_text(now, part.campaign.zone)
    return content | put_together(part)


def put_together(part: Part) -> Content:
    """What a summary takes from others: those accepted one level below in the order of the regions and, of a summary of all
    lines, those of the lines of its own region in the notice's order; and which of both are not accepted yet. Three queries."""
    below = {row.code: (row.code, part.line) for row in expected_below(part.region)}
    lines = [] if part.line else [term.key for term in part.campaign.terms_of(TermKind.LINE)]
    of_lines = {line: (part.region, line) for line in lines}
    # Contents are large: those that were not accepted are not read.
    states = states_by_part(part.campaign)
    parts = [one for one in (*below.values(), *of_lines.values()) if states.get(one) == StepVerb.ACCEPTED]
    newest = latest_by_part(part.campaign, parts)
    regions_in, missing = _accepted("region", below, newest)
    lines_in, missing_lines = _accepted("line", of_lines, newest)
    return {
        "accepted": regions_in,
        "missing": missing,
        "accepted_lines": lines_in,
        "missing_lines": missing_lines,
    }


def _accepted(
    name: str, parts: Mapping[str, RegionAndLine], newest: Mapping[RegionAndLine, SealedSummary]
) -> tuple[list[Content], list[str]]:
    """The accepted summaries of these parts, and the keys of those not accepted yet, both in the order of `parts`. name: of the
    key in each row."""
    accepted, missing = [], []
    for key, region_and_line in parts.items():
        sealed = newest.get(region_and_line)
        if sealed is None or sealed.state != StepVerb.ACCEPTED:
            missing.append(key)
            continue
        content = content_of(sealed)
        accepted.append(
            {
                name: key,
                "sha256": sealed.sha256,
                "visits": content["visits"],
                "participants": content["participants"],
                "events": content["events"]["held"],
                "texts": {text: content["texts"][text] for text in ("highlights", "experience")},
            }
        )
    return accepted, missing


def _digests_in(content: Content) -> set[str]:
    """Of the summaries that one was put together from; those sealed before lines were taken in have none of these."""
    return {one["sha256"] for one in [*content["accepted"], *content.get("accepted_lines", [])]}


def _keep_accepted(digests: Collection[str]) -> None:
    """Until the transaction ends nobody sends these back. Raises Conflict where that was done since they were read."""
    query = select(SealedSummary).where(SealedSummary.sha256.in_(digests)).order_by(SealedSummary.id)
    rows = db.session.scalars(query.with_for_update().execution_options(populate_existing=True))
    if any(row.state != StepVerb.ACCEPTED for row in rows):
        raise Conflict(CHANGED_BELOW)


def _sealed(part: Part, content: Content, account: Account, now: datetime) -> SealedSummary:
    keys.ensure_keys(now)  # an installation from before has none of this purpose
    key = keys.current_key(KeyPurpose.SUMMARY)
    data = seal.canonical(content)
    return SealedSummary(
        campaign_id=part.campaign.id,
        region_code=part.region,
        line=part.line,
        number=content["number"],
        content=data.decode(),
        sha256=seal.digest(data),
        key_id=key.id,
        signature=seal.sign(data, key.secret),
        account_id=account.id,
        at=now,
    )


def accept(sealed: SealedSummary, account: Account, now: datetime) -> None:
    _decide(sealed, StepVerb.ACCEPTED, "", account, now)


def send_back(sealed: SealedSummary, why: str, account: Account, now: datetime) -> None:
    """Also one that was accepted, as long as no summary above that stands was put together from it. Raises Mistake without a
    reason, and Conflict."""
    why = " ".join(why.split())
    if not why or len(why) > MAX_WHY:
        raise Mistake(NO_WHY, most=MAX_WHY)
    _decide(sealed, StepVerb.SENT_BACK, why, account, now)


def _decide(sealed: SealedSummary, verb: StepVerb, why: str, account: Account, now: datetime) -> None:
    with transaction():
        db.session.refresh(sealed, with_for_update=True)
        db.session.refresh(sealed, ["steps"])
        decided = sealed.state in (verb, StepVerb.SENT_BACK)
        if decided or latest(part_of(sealed)) is not sealed:
            raise Conflict(DECIDED)
        if verb == StepVerb.SENT_BACK and _is_taken_up(sealed):
            raise Conflict(TAKEN_UP)
        sealed.steps.append(SummaryStep(verb=verb, why=why, account_id=account.id, at=now))


def _is_taken_up(sealed: SealedSummary) -> bool:
    """Whether a summary that was not sent back was put together with this one: of a region above, or of all lines."""
    above = {"", *regions.ancestors(sealed.region_code)} if sealed.region_code else set()
    parts = {(sealed.region_code, ""), *((region, sealed.line) for region in above)}
    return any(
        one.state != StepVerb.SENT_BACK and sealed.sha256 in _digests_in(content_of(one))
        for one in latest_by_part(part_of(sealed).campaign, parts).values()
    )


def part_of(sealed: SealedSummary) -> Part:
    return Part(db.session.get_one(Campaign, sealed.campaign_id), sealed.region_code, sealed.line)


def latest(part: Part) -> SealedSummary | None:
    """What was handed in last."""
    query = select(SealedSummary).where(of_part(SealedSummary, part))
    return db.session.scalar(query.order_by(SealedSummary.number.desc()).limit(1))


def all_of(part: Part) -> Sequence[SealedSummary]:
    """Everything handed in for a part, the last first."""
    query = select(SealedSummary).where(of_part(SealedSummary, part))
    return db.session.scalars(
        query.options(joinedload(SealedSummary.account)).order_by(SealedSummary.number.desc())
    ).all()


def latest_by_part(
    campaign: Campaign, parts: Collection[RegionAndLine]
) -> dict[RegionAndLine, SealedSummary]:
    """What was handed in last of these parts. Two queries, none without parts."""
    if not parts:
        return {}
    part = SealedSummary.region_code, SealedSummary.line
    newest = (
        select(func.max(SealedSummary.id))
        .where(SealedSummary.campaign_id == campaign.id, tuple_(*part).in_(parts))
        .group_by(*part)
    )
    query = select(SealedSummary).where(SealedSummary.id.in_(newest))
    rows = db.session.scalars(query.execution_options(populate_existing=True))
    return {(row.region_code, row.line): row for row in rows}


def states_by_part(campaign: Campaign) -> dict[RegionAndLine, StepVerb]:
    """The last step of every part, by region and line; parts never handed in are left out. One query, without the contents."""
    part = SealedSummary.region_code, SealedSummary.line
    last = (
        select(func.max(SummaryStep.id))
        .join(SealedSummary, SealedSummary.id == SummaryStep.sealed_id)
        .where(SealedSummary.campaign_id == campaign.id)
        .group_by(*part)
    )
    query = select(*part, SummaryStep.verb).join(SealedSummary, SealedSummary.id == SummaryStep.sealed_id)
    rows = db.session.execute(query.where(SummaryStep.id.in_(last))).tuples()
    return {(region, line): verb for region, line, verb in rows}


def find_sealed(account: Account, sealed_id: int) -> SealedSummary:
    """One of an account's area. Raises NotFound."""
    sealed = db.session.get(SealedSummary, sealed_id) if 0 < sealed_id <= LARGEST_ID else None
    if sealed is None or not reaches(account, part_of(sealed)):
        raise NotFound(NO_PART)
    return sealed


def sealed_by_digest(sha256: str) -> SealedSummary | None:
    query = select(SealedSummary).where(SealedSummary.sha256 == sha256)
    return db.session.scalar(query.order_by(SealedSummary.id).limit(1))


def content_of(sealed: SealedSummary) -> Content:
    content: Content = json.loads(sealed.content)
    return content


def file_of(sealed: SealedSummary) -> bytes:
    """The file that `openweek verify` checks."""
    key = db.session.get_one(SigningKey, sealed.key_id)
    return seal.seal_file(sealed.content.encode(), key.id, key.public or b"", sealed.signature)


def trusted_keys() -> set[bytes]:
    """The public keys with which this installation has ever sealed."""
    return {key.public for key in keys.public_keys(KeyPurpose.SUMMARY) if key.public}


def may_decide(account: Account, sealed: SealedSummary) -> bool:
    return receives(account, part_of(sealed))
