"""Any view of the calendar inside another site's page: a list without scripts, cookies or anything of the shell.

Only this address may be framed.
"""

from flask import Blueprint, Flask, Response, make_response, render_template, request
from markupsafe import escape

from models import clock
from models.campaigns.tables import Campaign, find_campaign
from models.errors import Mistake
from models.installation import site
from models.public.filters import EVERYTHING, Filters, parse
from web import urls
from web.errors import sentence
from web.public import listing
from web.query_cache import QueryCache

THEMES = ("light", "dark")  # anything else follows the reader's device
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors *"
)

pages = Blueprint("embed", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals.update(embed_code=embed_code, embed_address=embed_address)


@pages.after_request
def _allow_framing(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.vary.add("Accept-Language")
    response.cache_control.no_cache = True  # it says what is under way now
    return response


@pages.get("/<campaign_id>/embed")
def embed(campaign_id: str) -> Response:
    campaign, error = find_campaign(campaign_id), None
    try:
        filters = parse(campaign, request.args)
    except Mistake as mistake:
        filters, error = EVERYTHING, sentence(mistake)
    theme = request.args.get("theme")
    page_of_events, now = None, clock.now()
    if error is None:
        path = f"/{campaign_id}/embed"
        page_number = request.args.get("page", 1, int)
        extra_query = {"theme": theme} if theme in THEMES else {}
        page_of_events = listing.listing(
            campaign, filters, path, page_number, now, QueryCache(campaign_id), extra_query
        )
    page = render_template(
        "public/embed.html",
        campaign=campaign,
        filters=filters,
        page_of_events=page_of_events,
        error=error,
        now=now,
        theme=theme if theme in THEMES else None,
        list_url=site().url(urls.address(f"/{campaign_id}/events", filters)),
    )
    return make_response(page, 400 if error else 200)


def embed_address(campaign: Campaign, filters: Filters) -> str:
    return urls.address(f"/{campaign.id}/embed", filters)


def embed_code(campaign: Campaign, filters: Filters, title: str) -> str:
    """What another site's page holds to show this view; for a text field, which escapes it once more."""
    src, title_text = escape(site().url(embed_address(campaign, filters))), escape(title)
    return f'<iframe src="{src}" title="{title_text}" width="100%" height="600" loading="lazy"></iframe>'
