"""Writing an event, changing it, copying it; and what its organizer does with it afterwards."""

from datetime import date

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required
from sqlalchemy import select

from models import clock
from models.campaigns.tables import Campaign, current_campaign, find_campaign
from models.db import db
from models.drawing import photo
from models.errors import N_, Mistake
from models.events import hosts as host_names
from models.events import scope
from models.events.draft import EventDraft, draft_of
from models.events.tables import UNREVIEWED, Event, EventStatus
from models.organizations.tables import Organization, Role
from models.places import regions
from models.places.tables import Region, Venue
from models.publishing import lifecycle, proposals, review
from models.publishing.change import event_transaction
from models.publishing.organizations.merges import alike_names
from web.desk.event_form import fields, merge, picture_field, sessions
from web.desk.event_form.fields import EventForm
from web.desk.form_files.limits import allow_files
from web.desk.picture import PICTURES
from web.rate_limits import limiter
from web.words import proposals as change_words

SUBMIT, PUBLISH, SAVE = "submit", "publish", "save"
_A_MONDAY, _A_SUNDAY = date(2024, 1, 1), date(2024, 1, 7)  # for the names of the weekdays
MOST_TO_COPY = 30
MOST_OFFERED = 300  # venues and regions in a list of suggestions

pages = Blueprint("desk_event_form", __name__, url_prefix="/desk/events")
allow_files(pages, photo.MOST_BYTES, "create")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/new")
@login_required
def new() -> ResponseReturnValue:
    campaign = _campaign(request.args.get("campaign"))
    copied = request.args.get("copy", type=int)
    if copied is None:
        return _page(campaign, fields.new_form(current_user))
    event = scope.event_for(current_user, copied)
    form = fields.form_of(draft_of(event), campaign)
    form.picture, form.picture_alt = event.picture_sha256, event.picture_alt
    if event.campaign_id != campaign.id:
        form.sessions = []  # the days of another week are not this one's
    return _page(campaign, form, copied=event)


@pages.get("/copy")
@login_required
def choose_copied() -> ResponseReturnValue:
    """The events that this account reaches, of every week, by words of their titles: one of them is copied."""
    query = request.args.get("q", "").replace("\0", "").strip()[:100]
    events = scope.events_for(current_user).order_by(Event.changed_at.desc(), Event.id.desc())
    for word in query.split():
        events = events.where(Event.title.icontains(word, autoescape=True))
    return render_template(
        "desk/event_form/copy.html",
        campaign=_campaign(request.args.get("campaign")),
        query=query,
        events=list(db.session.scalars(events.limit(MOST_TO_COPY))),
    )


@pages.post("/new")
@login_required
@limiter.limit(
    PICTURES,
    key_func=lambda: str(current_user.id),
    exempt_when=lambda: not request.files.get("picture"),
)
def create() -> ResponseReturnValue:
    campaign, form = _campaign(request.form.get("campaign")), fields.read_form(request.form)
    picture_field.read_picture(form, current_user, clock.now())
    draft = picture_field.with_picture(fields.draft_of_form(form, campaign, current_user), form)
    action = _action()
    if action != SAVE:
        fields.require_complete(form, draft)
    if not form.valid:
        return _page(campaign, form), 422
    event = lifecycle.create(campaign, draft, clock.now(), current_user, publish=False)
    _hand_on(event, action)
    return _saved(event)


@pages.get("/<int:event_id>/edit")
@login_required
def edit(event_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.changes)
    draft = proposals.content_for(event, current_user)
    return _page(event.campaign, fields.form_of(draft, event.campaign), event, base=draft)


@pages.post("/<int:event_id>/edit")
@login_required
def change(event_id: int) -> ResponseReturnValue:
    event = scope.event_for(current_user, event_id, scope.changes)
    base, form, action = (
        merge.base_of(request.form.get("base", "")),
        fields.read_form(request.form),
        _action(),
    )
    mine = fields.draft_of_form(form, event.campaign, current_user, base)
    if action != SAVE or event.published_at:
        fields.require_complete(form, mine)
    if not form.valid:
        return _page(event.campaign, form, event, base=base), 422
    current = proposals.content_for(event, current_user)
    choices = {name: request.form.get(f"keep-{name}", "") for name in fields.FIELDS}
    undecided = [name for name in merge.conflicts(base, mine, current) if not choices[name]]
    if undecided:
        both = change_words.field_changes(event.campaign, undecided, current, mine)
        return _page(
            event.campaign, form, event, base=base, both=list(zip(undecided, both, strict=True))
        ), 409
    _write(event, merge.merged(base, mine, current, choices))
    _hand_on(event, action)
    return _saved(event)


@pages.post("/preview")
@login_required
def preview() -> ResponseReturnValue:
    """What the public would see of the form as it stands, as markup for the form's page."""
    campaign, form = _campaign(request.form.get("campaign")), fields.read_form(request.form)
    draft = fields.draft_of_form(form, campaign, current_user)
    return render_template(
        "desk/event_form/preview.html",
        campaign=campaign,
        draft=draft,
        alike=alike_names({host_names.without_role(name) for name in draft.hosts}, draft.region_code),
        lines=[change_words.when(one, campaign.zone) for one in draft.occurrences[:10]],
    )


@pages.post("/<int:event_id>/<any(submit,recall,delete):verb>")
@login_required
def move(event_id: int, verb: str) -> ResponseReturnValue:
    """Submit a draft, take a submission back, delete what was never public."""
    event, now = scope.event_for(current_user, event_id, scope.changes), clock.now()
    if verb == "submit":
        review.submit(event, now, current_user)
    elif verb == "recall":
        review.recall(event, now, current_user)
    else:
        if event.published_at:
            raise Mistake(N_("A published event is cancelled, not deleted: visitors must learn of it."))
        lifecycle.withdraw(event, now, current_user)
        return redirect(url_for("desk_events.index", campaign=event.campaign_id), 303)
    return redirect(url_for("desk_events.event", event_id=event.id), 303)


@pages.route("/<int:event_id>/cancel", methods=["GET", "POST"])
@login_required
def cancel(event_id: int) -> ResponseReturnValue:
    """Cancel a published event, with a reason, or propose it. The page says before what visitors and subscribers will see."""
    event, now = scope.event_for(current_user, event_id, scope.changes), clock.now()
    if event.status != EventStatus.PUBLISHED:
        abort(404)
    if request.method == "GET":
        return _cancel_page(event)
    why = request.form.get("why", "").strip()[:300]
    if not why:
        return _cancel_page(event, _("Please give a reason: visitors read it on the page.")), 422
    if proposals.must_propose(event, current_user):
        with event_transaction():
            proposals.write_cancellation(event, now, current_user, why)
    else:
        lifecycle.cancel(event, now, current_user, why)
    return redirect(url_for("desk_events.event", event_id=event.id), 303)


def _cancel_page(event: Event, problem: str = "") -> str:
    return render_template(
        "desk/event_form/cancel.html",
        campaign=event.campaign,
        event=event,
        problem=problem,
        must_propose=proposals.must_propose(event, current_user),
    )


def _campaign(campaign_id: str | None) -> Campaign:
    campaign = find_campaign(campaign_id) if campaign_id else current_campaign(clock.now())
    return campaign or abort(404)


def _action() -> str:
    action = request.form.get("action", SAVE)
    if action == PUBLISH and not current_user.may_publish:
        return SUBMIT
    return action if action in (SUBMIT, PUBLISH) else SAVE


def _write(event: Event, draft: EventDraft) -> None:
    """Change the event, or propose the change where it is public and this account may not publish."""
    now = clock.now()
    if not proposals.must_propose(event, current_user):
        lifecycle.change(event, draft, now, current_user)
        return
    with event_transaction():
        proposals.write_proposal(event, draft, now, current_user)


def _hand_on(event: Event, action: str) -> None:
    now = clock.now()
    if event.status not in UNREVIEWED or action == SAVE:
        return
    if action == PUBLISH:
        review.submit_and_approve(event, now, current_user)
    else:
        review.submit(event, now, current_user)


def _saved(event: Event) -> ResponseReturnValue:
    return redirect(url_for("desk_events.event", event_id=event.id, saved=request.path), 303)


def _page(
    campaign: Campaign,
    form: EventForm,
    event: Event | None = None,
    *,
    base: EventDraft | None = None,
    both: list[tuple] | None = None,
    copied: Event | None = None,
) -> str:
    if not form.sessions:
        form.sessions = [sessions.SessionRow()]
    return render_template(
        "desk/event_form/form.html",
        campaign=campaign,
        weeks=_weeks() if event is None else [],
        form=form,
        event=event,
        base=merge.base_text(base) if base else "",
        both=both or [],
        copied=copied,
        options=fields.options(campaign),
        venues=_venues(form),
        regions=_regions(),
        organizations=_organizations(),
        goes_on=base is not None and event is not None and base != draft_of(event),
        sent_back=review.reason(event) if event and event.status == EventStatus.SENT_BACK else None,
        repeats=sessions.Repeat,
        closed=sessions.CLOSED,
        weekdays=clock.days(_A_MONDAY, _A_SUNDAY),
    )


def _weeks() -> list[Campaign]:
    return list(db.session.scalars(select(Campaign).order_by(Campaign.starts.desc(), Campaign.id)))


def _venues(form: EventForm) -> list[Venue]:
    """The known venues in the account's region, for the list of suggestions."""
    own = current_user.organization.region_code
    query = select(Venue).order_by(Venue.name).limit(MOST_OFFERED)
    return list(db.session.scalars(query.where(regions.within(Venue.region_code, own)) if own else query))


def _organizations() -> list[Organization]:
    """The known organizations of the account's region, for the list of suggestions."""
    own = current_user.organization.region_code
    query = select(Organization).where(Organization.merged_into_id.is_(None)).order_by(Organization.name)
    in_region = query.where(regions.within(Organization.region_code, own)) if own else query
    return list(db.session.scalars(in_region.limit(MOST_OFFERED)))


def _regions() -> list[Region]:
    own = current_user.organization.region_code
    query = select(Region).order_by(Region.code).limit(MOST_OFFERED)
    if own is None or current_user.role == Role.COMMITTEE:
        return list(db.session.scalars(query.where(Region.level == regions.PROVINCE)))
    return list(db.session.scalars(query.where(regions.within(Region.code, own))))
