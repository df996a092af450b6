"""Any view of the calendar inside another site's page: a list without scripts, cookies or anything of the shell.

This address alone may stand in a frame; every other page of ours forbids it.
"""

from flask import Blueprint, Flask, Response, make_response, render_template, request
from markupsafe import escape

from models.campaigns.tables import Campaign, find_campaign
from models.errors import Mistake
from models.installation import site
from models.public.filters import EVERYTHING, Filters, parse
from web import urls
from web.errors import sentence
from web.public import listing
from web.server.query_cache import Kept

THEMES = ("light", "dark")  # anything else follows the reader's device
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors *"
)

pages = Blueprint("embed", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals.update(embed_code=code, embed_address=address)


@pages.after_request
def _framed(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.vary.add("Accept-Language")
    return response


@pages.get("/<campaign_id>/embed")
def embed(campaign_id: str) -> Response:
    campaign, told = find_campaign(campaign_id), None
    try:
        filters = parse(campaign, request.args)
    except Mistake as mistake:
        filters, told = EVERYTHING, sentence(mistake)
    theme = request.args.get("theme")
    found = None
    if told is None:
        path = f"/{campaign_id}/embed"
        asked = request.args.get("page", 1, int)
        extra = {"theme": theme} if theme in THEMES else {}
        found = listing.listing(campaign, filters, path, asked, Kept(campaign_id), extra)
    page = render_template(
        "public/embed.html",
        campaign=campaign,
        filters=filters,
        found=found,
        told=told,
        theme=theme if theme in THEMES else None,
        whole=site().url(urls.address(f"/{campaign_id}/events", filters)),
    )
    return make_response(page, 400 if told else 200)


def address(campaign: Campaign, filters: Filters) -> str:
    return urls.address(f"/{campaign.id}/embed", filters)


def code(campaign: Campaign, filters: Filters, title: str) -> str:
    """What another site's page holds to show this view; for a text field, which escapes it once more."""
    source, named = escape(site().url(address(campaign, filters))), escape(title)
    return f'<iframe src="{source}" title="{named}" width="100%" height="600" loading="lazy"></iframe>'
