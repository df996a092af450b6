"""The accounts in an office's reach, or all: invited, given a new password, closed, reopened."""

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from models import clock
from models.accounts import closing, directory_identities, invitations, password_resets, scope, sessions
from models.accounts.second_factor import factors
from models.errors import Mistake, NotFound
from models.publishing.organizations import merges as organization_merges
from web import errors
from web.desk import mail, region_field
from web.desk.accounts import current, invitation

SHOWN = 300  # of a long list; the search finds the others

pages = Blueprint("desk_accounts", __name__, url_prefix="/desk/accounts")


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals.update(manages_accounts=lambda account: bool(scope.grantable_roles(account)))


def _page(**more: object) -> str:
    now, text = clock.now(), current.kept_search("accounts")
    accounts, total = scope.accounts_for(current_user, text, SHOWN)
    return render_template(
        "desk/accounts/accounts.html",
        accounts=accounts,
        total=total,
        text=text,
        invitations=invitations.invitations_for(current_user, now),
        roles=scope.grantable_roles(current_user),
        organizations=organization_merges.organizations_for(current_user)[:SHOWN],
        regions=region_field.offered(current_user),
        own_region=region_field.own_region(current_user),
        shown=current.take_shown(),
        typed=request.form,
        **more,
    )


@pages.get("/")
@login_required
def index() -> ResponseReturnValue:
    return _page()


@pages.post("/")
@login_required
def search() -> ResponseReturnValue:
    """By a form's body: what is typed is mostly the e-mail address of a person."""
    scope.require_manager(current_user)
    found = current.keep_search("accounts", request.form.get("q", "").strip())
    return redirect(url_for(".index", found=found, _anchor="find"), 303)  # below the form of invitations


@pages.post("/invite")
@login_required
def invite() -> ResponseReturnValue:
    scope.require_manager(current_user)
    form, now = request.form, clock.now()
    organization = " ".join(form.get("organization", "").split())
    try:
        own = region_field.own_region(current_user)
        region = region_field.region_code(form.get("region", ""), own)
        alike = organization_merges.alike_names({organization}, region or own)
        if organization in alike and "is_another" not in form:
            return _page(alike=alike[organization]), 422
        invited = invitations.invite(
            current_user,
            form.get("email", ""),
            organization,
            region,
            form.get("role", ""),
            now,
            current.actor(),
        )
    except NotFound:
        raise
    except Mistake as mistake:
        return _page(problem=errors.sentence(mistake)), 422
    link = invitation.link_of("invitation", invited.secret)
    email = invited.invitation.email
    sent = mail.send_invitation(email, invited.invitation.organization, link)
    current.show_once("invitation", link, email=email, sent=sent)
    return redirect(url_for(".index"), 303)


@pages.post("/invitations/<int:invitation_id>/revoke")
@login_required
def revoke(invitation_id: int) -> ResponseReturnValue:
    scope.require_manager(current_user)
    invitations.revoke_invitation(current_user, invitation_id, clock.now(), current.actor())
    current.show_once("revoked", "")
    return redirect(url_for(".index"), 303)


@pages.get("/<int:account_id>")
@login_required
def show(account_id: int) -> ResponseReturnValue:
    account = scope.account_for(current_user, account_id)
    return render_template(
        "desk/accounts/account.html",
        account=account,
        sessions=sessions.sessions_of(account, clock.now()),
        factors=factors.factors_of(account),
        identity=directory_identities.identity_of(account),
        colleagues=closing.colleagues_of(account),
        shown=current.take_shown(),
    )


@pages.post("/<int:account_id>/reset")
@login_required
def reset(account_id: int) -> ResponseReturnValue:
    account = scope.account_for(current_user, account_id)
    secret = password_resets.new_reset_link(account, clock.now(), current.actor())
    link = invitation.link_of("reset", secret)
    current.show_once("reset", link, sent=mail.send_reset_link(account.email, link))
    return redirect(url_for(".show", account_id=account_id), 303)


@pages.post("/<int:account_id>/remove-second-factor")
@login_required
def remove_second_factor(account_id: int) -> ResponseReturnValue:
    account = scope.account_for(current_user, account_id)
    factors.remove_all(account, clock.now(), current.actor())
    return redirect(url_for(".show", account_id=account_id), 303)


@pages.post("/<int:account_id>/release-directory")
@login_required
def release_directory(account_id: int) -> ResponseReturnValue:
    account = scope.account_for(current_user, account_id)
    directory_identities.release(account, clock.now(), current.actor())
    return redirect(url_for(".show", account_id=account_id), 303)


@pages.post("/<int:account_id>/sign-out")
@login_required
def sign_out(account_id: int) -> ResponseReturnValue:
    """Wherever this person is signed in."""
    sessions.end_all(scope.account_for(current_user, account_id), clock.now(), current.actor())
    return redirect(url_for(".show", account_id=account_id), 303)


@pages.post("/<int:account_id>/close")
@login_required
def close(account_id: int) -> ResponseReturnValue:
    account = scope.account_for(current_user, account_id)
    successor = request.form.get("successor", type=int)
    closing.close_account(account, successor, clock.now(), current.actor())
    return redirect(url_for(".show", account_id=account_id), 303)


@pages.post("/<int:account_id>/reopen")
@login_required
def reopen(account_id: int) -> ResponseReturnValue:
    account = scope.account_for(current_user, account_id)
    closing.reopen_account(account, clock.now(), current.actor())
    return redirect(url_for(".show", account_id=account_id), 303)
