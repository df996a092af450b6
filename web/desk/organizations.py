"""The organizations in an office's reach as a tree, who of them publishes by itself, and merging those entered more than once."""

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from models import clock
from models.campaigns.tables import line_terms
from models.organizations.tree import tree_of
from models.publishing.organizations import merges as organization_merges
from models.publishing.organizations import settings as organization_settings
from models.publishing.organizations.merge_effect import merge_effect
from web.desk.events import regions_below

MOST_NAMED = 10  # events and organizations in the question before a merge
SHOWN = 300  # of a long list; the search finds the others

pages = Blueprint("desk_organizations", __name__, url_prefix="/desk/organizations")


def register(app: Flask) -> None:
    app.register_blueprint(pages)


@pages.get("/")
@login_required
def index() -> ResponseReturnValue:
    organizations = organization_merges.organizations_for(current_user)
    pairs = organization_merges.alike_pairs(organizations) if current_user.reviews else []
    text = request.args.get("q", "").strip()
    matches = [row for row in tree_of(organizations) if text.casefold() in row.organization.name.casefold()]
    rows = matches[:SHOWN]
    shown = [row.organization for row in rows]
    kept_id = request.args.get("kept", 0, int)
    ids = {one.id for one in shown} | {one.id for pair in pairs for one in (pair.left, pair.right)}
    return render_template(
        "desk/organizations.html",
        rows=rows,
        lines=line_terms(),
        may_set=organization_settings.may_set,
        may_limit=organization_settings.may_limit,
        decides_on_regions=organization_settings.decides_on_regions(current_user),
        publishing_regions=organization_settings.publishing_regions(current_user),
        below=regions_below(current_user),
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


@pages.get("/<int:kept_id>/same/<int:other_id>")
@login_required
def confirm_merge(kept_id: int, other_id: int) -> ResponseReturnValue:
    """What the merge would change: nothing is done yet."""
    if kept_id == other_id:
        abort(404)
    effect = merge_effect(current_user, kept_id, other_id)
    return render_template(
        "desk/organization_merge.html", effect=effect, lines=line_terms(), most_named=MOST_NAMED
    )


@pages.post("/<int:kept_id>/same/<int:other_id>")
@login_required
def merge(kept_id: int, other_id: int) -> ResponseReturnValue:
    kept = organization_merges.merge_in_reach(current_user, kept_id, other_id, clock.now())
    return redirect(url_for(".index", kept=kept.id), 303)


@pages.post("/<int:organization_id>/<any(publishes, limited):setting>")
@login_required
def change(organization_id: int, setting: str) -> ResponseReturnValue:
    """Whether an organization publishes by itself, or whether its office is limited to its line."""
    value = request.form.get("value") == "1"
    if setting == "publishes":
        organization_settings.set_publishes(current_user, organization_id, value, clock.now())
    else:
        organization_settings.set_line_limited(current_user, organization_id, value, clock.now())
    return redirect(
        url_for(".index", q=request.form.get("q") or None, _anchor=f"organization-{organization_id}"), 303
    )


@pages.post("/regions")
@login_required
def change_region() -> ResponseReturnValue:
    """Whether all organizations of a region publish by themselves."""
    code, value = request.form.get("region", "")[:6], request.form.get("value") == "1"
    organization_settings.set_region_publishes(current_user, code, value, clock.now())
    return redirect(url_for(".index", _anchor="regions"), 303)
