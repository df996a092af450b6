"""The organizations in an office's reach, and merging those that were entered more than once."""

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from models import clock
from models.publishing import organization_merges

SHOWN = 300  # of a long list; the search finds the others

pages = Blueprint("desk_organizations", __name__, url_prefix="/desk/organizations")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/")
@login_required
def index() -> ResponseReturnValue:
    organizations = organization_merges.organizations_for(current_user)
    pairs = organization_merges.alike_pairs(organizations)
    text = request.args.get("q", "").strip()
    matches = [one for one in organizations if text.casefold() in one.name.casefold()]
    shown = matches[:SHOWN]
    kept_id = request.args.get("kept", 0, int)
    ids = {one.id for one in shown} | {one.id for pair in pairs for one in (pair.left, pair.right)}
    return render_template(
        "desk/organizations.html",
        organizations=shown,
        total=len(matches),
        pairs=pairs,
        uses=organization_merges.uses_of(ids),
        text=text,
        kept=next((one for one in organizations if one.id == kept_id), None),
    )


@pages.post("/<int:one_id>/different/<int:other_id>")
@login_required
def different(one_id: int, other_id: int) -> ResponseReturnValue:
    organization_merges.mark_different(current_user, one_id, other_id, clock.now())
    return redirect(url_for(".index"), 303)


@pages.post("/<int:kept_id>/same/<int:other_id>")
@login_required
def merge(kept_id: int, other_id: int) -> ResponseReturnValue:
    kept = organization_merges.merge_in_reach(current_user, kept_id, other_id, clock.now())
    return redirect(url_for(".index", kept=kept.id), 303)
