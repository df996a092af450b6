"""Webhooks of an organization: addresses that receive what happens to its events, and their answers."""

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from models import clock
from models.db import db
from models.errors import Mistake
from models.webhooks import endpoints, send
from models.webhooks.tables import WebhookDelivery, WebhookKind
from web import errors
from web.desk.accounts import current

pages = Blueprint("desk_webhooks", __name__, url_prefix="/desk/webhooks")


def register(app: Flask) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals.update(webhook_kind_name=kind_name)


def kind_name(kind: str) -> str:
    names = {
        WebhookKind.SUBMITTED: _("event submitted"),
        WebhookKind.PUBLISHED: _("event published"),
        WebhookKind.CHANGED: _("public event changed"),
        WebhookKind.CANCELLED: _("event cancelled"),
        WebhookKind.CHECKED_IN: _("people checked in"),
        WebhookKind.TEST: _("test"),
    }
    return names[WebhookKind(kind)]


@pages.get("/")
@login_required
def index() -> str:
    return _page()


def _page(problem: str = "", url: str = "", chosen: list[str] | None = None) -> str:
    return render_template(
        "desk/webhooks/index.html",
        endpoints=db.session.scalars(endpoints.endpoints_for(current_user)).all(),
        kinds=endpoints.KINDS,
        shown=current.take_shown(),
        problem=problem,
        url=url,
        chosen=endpoints.KINDS if chosen is None else chosen,
    )


@pages.post("/")
@login_required
def add() -> ResponseReturnValue:
    url, kinds = request.form.get("url", ""), request.form.getlist("kind")
    try:
        endpoint = endpoints.add(current_user, url, kinds, clock.now(), current.actor())
    except Mistake as mistake:
        if mistake.status == 404:
            raise
        return _page(errors.sentence(mistake), url[:2000], kinds), 422
    current.show_once("webhook", endpoint.secret)
    return redirect(url_for(".index"), 303)


@pages.get("/<int:endpoint_id>")
@login_required
def log(endpoint_id: int) -> str:
    endpoint = endpoints.endpoint_for(current_user, endpoint_id)
    return render_template("desk/webhooks/log.html", endpoint=endpoint, log=endpoints.log_of(endpoint))


@pages.get("/<int:endpoint_id>/deliveries/<int:delivery_id>.json")
@login_required
def body(endpoint_id: int, delivery_id: int) -> ResponseReturnValue:
    """What was sent, as it was signed."""
    endpoint = endpoints.endpoint_for(current_user, endpoint_id)
    delivery = db.session.get(WebhookDelivery, delivery_id)
    found = delivery is not None and delivery.endpoint_id == endpoint.id
    if delivery is None or not found:
        return errors.error_response(404, _(errors.SENTENCES[404]))
    return delivery.body, {"Content-Type": "application/json"}


@pages.post("/<int:endpoint_id>/test")
@login_required
def test(endpoint_id: int) -> ResponseReturnValue:
    """Put a test behind what waits, and send what is due at once."""
    endpoint, now = endpoints.endpoint_for(current_user, endpoint_id), clock.now()
    endpoints.send_test(endpoint, now)
    if endpoint.paused_at is None:
        send.send_waiting(endpoint, now)
    return redirect(url_for(".log", endpoint_id=endpoint_id), 303)


@pages.post("/<int:endpoint_id>/resume")
@login_required
def resume(endpoint_id: int) -> ResponseReturnValue:
    endpoints.resume(endpoints.endpoint_for(current_user, endpoint_id), clock.now())
    return redirect(url_for(".log", endpoint_id=endpoint_id), 303)


@pages.post("/<int:endpoint_id>/remove")
@login_required
def remove(endpoint_id: int) -> ResponseReturnValue:
    endpoints.remove(endpoints.endpoint_for(current_user, endpoint_id), clock.now(), current.actor())
    return redirect(url_for(".index"), 303)
