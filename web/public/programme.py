"""A programme sheet: every event of a choice on paper, in a table for each day. Nothing but the programme is on it."""

from flask import Blueprint, Flask, Response, render_template, request

from models import clock
from models.campaigns.tables import Campaign, find_campaign
from models.installation import site
from models.public.filters import Filters, parse
from web import urls
from web.public import listing
from web.public.filters import choice

MAX_EVENTS = 1000  # events on one sheet: some forty pages of paper

pages = Blueprint("programme", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals.update(programme_address=programme_address)


@pages.after_request
def _vary_by_reader(response: Response) -> Response:
    response.vary.update(("Accept-Language", "Cookie"))
    return response


@pages.get("/<campaign_id>/programme")
def programme(campaign_id: str) -> str:
    campaign = find_campaign(campaign_id)
    filters = parse(campaign, request.args)
    total, sections = listing.all_events(campaign, filters, MAX_EVENTS)
    list_path = f"/{campaign_id}/events"
    return render_template(
        "public/programme.html",
        campaign=campaign,
        filters=filters,
        sections=sections,
        total=total,
        most=MAX_EVENTS,
        chosen=[one.name for one in choice.active_filters(campaign, filters.replace(day=()), list_path)],
        back=urls.address(list_path, filters),
        now=clock.now(),
        online=site().url(urls.address(list_path, filters)),
    )


def programme_address(campaign: Campaign, filters: Filters) -> str:
    """The programme sheet of a choice."""
    return urls.address(f"/{campaign.id}/programme", filters)
