"""The review queue: everything that a reviewer must judge on one screen, one item after the other."""

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from models import clock
from models.campaigns.tables import Campaign
from models.db import db
from models.errors import Mistake
from models.events import scope
from models.events.tables import Event
from models.figures import event_overview
from models.publishing import history, proposals, review
from models.publishing.duplicates import likely_duplicates
from models.publishing.proposals import Proposal
from models.publishing.review import QueueItem, ReviewDecision
from web import errors
from web.desk.accounts import current
from web.words import proposals as proposal_words
from web.words.event_changes import field_name

MOST_AT_ONCE = 100
MOST_NAMED, MOST_WORDS = 15, 120  # of those that were not published: they travel in a cookie
PUBLISH, TAKE_OVER, ACCEPT = "publish", "take_over", "accept"
ACCEPTED, REFUSED = "accepted", "refused"  # of a proposed change, in the address of the next page

pages = Blueprint("desk_review", __name__, url_prefix="/desk/review")


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals.update(waiting_reviews=waiting_reviews, done_words=done_words)


def waiting_reviews() -> int:
    """The number beside the link in the navigation. One query for each page."""
    return review.waiting(current_user)


@pages.get("/")
@login_required
def index() -> ResponseReturnValue:
    campaigns = event_overview.campaigns_of(current_user)
    campaign = event_overview.select_campaign(campaigns, request.args.get("campaign"), clock.now())
    if campaign is None:
        return render_template("desk/review/index.html", campaign=None, items=[], proposed=[])
    items = review.queue(current_user, campaign)
    return _page(campaign, campaigns, items)


def _page(
    campaign: Campaign,
    campaigns: list[Campaign],
    items: list[QueueItem],
    problem: str = "",
    typed: str = "",
    at_field: bool = False,
) -> str:
    """at_field: the problem stands at the reason of the proposal, else above the queue."""
    now, chosen, done = clock.now(), request.values.get("item", type=int), request.args.get("done", "")
    holders = review.holders([item.event.id for item in items], now)
    mine = current_user.id
    # Who has read an item first leaves it to the second reader, and does not hold it.
    left_to_others = {item.event.id for item in items if item.reader and item.reader.id == mine}
    free = (
        item
        for item in items
        if item.event.id not in left_to_others
        and (item.event.id not in holders or holders[item.event.id].id == mine)
    )
    proposed = proposals.pending_within(campaign, current_user)
    proposal = _proposal(proposed, request.values.get("proposal", type=int))
    chosen_item = next((item for item in items if item.event.id == chosen), None)
    open_item = None if proposal else chosen_item or next(free, None)
    if open_item is None and proposal is None and proposed:
        proposal = proposed[0]
    read_by_me = open_item is not None and open_item.event.id in left_to_others
    holder = review.claim(open_item.event, current_user, now) if open_item and not read_by_me else None
    return render_template(
        "desk/review/index.html",
        campaign=campaign,
        campaigns=campaigns,
        items=items,
        holders=holders,
        open_item=open_item,
        holder=holder,
        read_by_me=read_by_me,
        second=open_item is not None and review.needs_second_reading(open_item.event),
        duplicates=likely_duplicates(open_item.event, current_user) if open_item else [],
        phrases=review.phrases(current_user),
        sent_back=review.reason(open_item.event) if open_item else None,
        mended=[
            name
            for name in dict.fromkeys(map(field_name, history.changed_since_sent_back(open_item.event)))
            if name
        ]
        if open_item
        else [],
        proposed=proposed,
        open_proposal=proposal,
        changes=proposal_words.changes(proposal) if proposal else [],
        now=now,
        problem=problem,
        at_field=at_field,
        typed=typed,
        done=done,
        left=_left(done),
    )


@pages.post("/<int:event_id>")
@login_required
def decide(event_id: int) -> ResponseReturnValue:
    """Publish or send back, and go on to the next item; or take an item over from a colleague."""
    event, now = _event(event_id), clock.now()
    wanted, why = request.form.get("decision"), request.form.get("why", "")[:1000]
    try:
        if wanted == TAKE_OVER:
            review.take_over(event, current_user, now)
            return redirect(url_for(".index", campaign=event.campaign_id, item=event.id), 303)
        if wanted == PUBLISH:
            version = request.form.get("version", type=int)
            decision = review.approve(event, now, current_user, version)
        else:
            review.send_back(event, why, now, current_user)
            decision = ReviewDecision.SENT_BACK
    except Mistake as mistake:
        return _queue_page(event.campaign, errors.sentence(mistake), why, event.id), mistake.status
    return redirect(
        url_for(".index", campaign=event.campaign_id, item=_next(event.id), done=f"{decision}-{event.id}"),
        303,
    )


@pages.post("/<int:event_id>/proposals/<int:proposal_id>")
@login_required
def decide_proposal(event_id: int, proposal_id: int) -> ResponseReturnValue:
    """Accept or refuse a proposed change, and go on to the next one."""
    event, now, done = _event(event_id), clock.now(), ACCEPTED
    if proposal_id not in proposals.ids_of(event):
        abort(404)
    why = request.form.get("why", "").strip()[:300]
    try:
        if request.form.get("decision") == ACCEPT:
            proposals.accept(proposal_id, now, current_user)
        elif why:
            proposals.refuse(proposal_id, why, now, current_user)
            done = REFUSED
        else:
            return _queue_page(event.campaign, proposal_words.reason_missing(), at_field=True), 422
    except Mistake as mistake:
        return _queue_page(event.campaign, errors.sentence(mistake)), mistake.status
    onward = _next(proposal_id)
    address = url_for(".index", campaign=event.campaign_id, proposal=onward, done=f"{done}-{proposal_id}")
    return redirect(address, 303)


def _queue_page(
    campaign: Campaign, problem: str, typed: str = "", event_id: int | None = None, at_field: bool = False
) -> str:
    """The queue with what went wrong. typed: the reason for an event; not shown where another one is open by now."""
    items = review.queue(current_user, campaign)
    here = any(item.event.id == event_id for item in items)
    campaigns = event_overview.campaigns_of(current_user)
    return _page(campaign, campaigns, items, problem, typed if here else "", at_field)


def _proposal(proposed: list[Proposal], proposal_id: int | None) -> Proposal | None:
    return next((one for one in proposed if one.id == proposal_id), None)


def _next(item_id: int) -> int | None:
    """The item after this one in the list as the reviewer saw it."""
    order = request.form.get("order", "")
    ids = [int(part) for part in order.split(",") if part.isascii() and part.isdecimal()]
    after = ids[ids.index(item_id) + 1 :] if item_id in ids else []
    return after[0] if after else None


@pages.post("/many")
@login_required
def publish_many() -> ResponseReturnValue:
    """Publish the selected items; those that cannot be published are named with the reason."""
    campaign_id = request.form.get("campaign", "")
    refused: list[tuple[int, Mistake]] = []
    published, versions = 0, _versions()
    for event_id in request.form.getlist("chosen", type=int)[:MOST_AT_ONCE]:
        try:
            review.approve(_event(event_id), clock.now(), current_user, versions.get(event_id))
            published += 1
        except Mistake as mistake:
            refused.append((event_id, mistake))
    done = f"many-{published}-{len(refused)}"
    left = [f"{event_id}:{errors.sentence(mistake)}"[:MOST_WORDS] for event_id, mistake in refused]
    if left:
        current.show_once("left", "", left=left[:MOST_NAMED])
    return redirect(url_for(".index", campaign=campaign_id, done=done), 303)


def _versions() -> dict[int, int]:
    """What each event said when the list was shown."""
    pairs = (value[:40].partition(":") for value in request.form.getlist("version"))
    return {int(event): int(version) for event, _colon, version in pairs if (event + version).isdecimal()}


def _left(done: str) -> list[tuple[Event, str]]:
    """The items that were not published with many others, each with the reason; those that the account reaches."""
    shown = current.take_shown() if done.startswith("many") else {}
    reasons = {}
    for line in shown.get("left", []):
        number, _colon, words = line.partition(":")
        reasons[int(number)] = words
    if not reasons:
        return []
    events = scope.events_for(current_user, scope.reviews).where(Event.id.in_(reasons)).order_by(Event.id)
    return [(event, reasons[event.id]) for event in db.session.scalars(events)]


@pages.post("/<int:event_id>/release")
@login_required
def release(event_id: int) -> ResponseReturnValue:
    """Leave an item to the others."""
    event = _event(event_id)
    review.release(event, current_user)
    return redirect(url_for("desk_events.index", campaign=event.campaign_id), 303)


def done_words(done: str) -> str:
    """What was just decided, from the address of the page."""
    kind, _dash, rest = done.partition("-")
    if kind == "many":
        published, _dash, failed = rest.partition("-")
        return _("%(published)s published, %(failed)s not published.", published=published, failed=failed)
    words = {
        ReviewDecision.PUBLISHED: _("Published."),
        ReviewDecision.READ: _("Reviewed. A second person publishes it."),
        ReviewDecision.SENT_BACK: _("Sent back with your reason."),
        ACCEPTED: _("The change is accepted and public."),
        REFUSED: _("The change is not accepted, with your reason."),
    }
    return words.get(kind, "")


def _event(event_id: int) -> Event:
    return scope.event_for(current_user, event_id, scope.reviews)
