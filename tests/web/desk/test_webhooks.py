"""The desk's pages of webhooks: added with a secret that is shown once, tested, removed; for one's own organization."""

from sqlalchemy import select

from models.audit.tables import AuditEntry
from models.db import db
from models.webhooks.tables import WebhookDelivery, WebhookEndpoint
from tests.support.records.people import sign_in

FORM = {"url": "https://hook.example/a", "kind": ["event.published", "event.cancelled"]}


def test_a_webhook_is_added_tested_and_removed(gus_browser, people, monkeypatch):
    assert gus_browser.post("/desk/webhooks/", data=FORM).status_code == 303
    endpoint = db.session.scalars(select(WebhookEndpoint)).one()
    assert [endpoint.secret in gus_browser.get("/desk/webhooks/").text for _each in range(2)] == [True, False]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_asked, **_more: [(2, 1, 6, "", ("10.0.0.1", 443))])
    assert gus_browser.post(f"/desk/webhooks/{endpoint.id}/test").status_code == 303
    page = gus_browser.get(f"/desk/webhooks/{endpoint.id}").text
    assert "hook.example is an internal network address, not a public one, so it is not read." in page
    delivery = db.session.scalars(select(WebhookDelivery)).one()
    body = gus_browser.get(f"/desk/webhooks/{endpoint.id}/deliveries/{delivery.id}.json")
    assert body.json["kind"] == "test"
    gus_browser.post(f"/desk/webhooks/{endpoint.id}/remove")
    assert "No webhooks yet." in gus_browser.get("/desk/webhooks/").text
    verbs = db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id)).all()
    assert verbs[-2:] == ["webhook_added", "webhook_removed"]


def test_a_webhook_is_there_for_ones_own_organization_alone(app, gus_browser, people):
    gus_browser.post("/desk/webhooks/", data=FORM)
    endpoint_id = db.session.scalars(select(WebhookEndpoint.id)).one()
    answers = {}
    for name in ("he", "wang", "lian", "kan", "shou"):
        browser = app.test_client()
        sign_in(browser, getattr(people, name))
        answers[name] = browser.get(f"/desk/webhooks/{endpoint_id}").status_code
    assert answers == {"he": 200, "wang": 404, "lian": 404, "kan": 404, "shou": 404}


def test_what_cannot_be_used_is_told_and_stays_typed(gus_browser):
    answer = gus_browser.post(
        "/desk/webhooks/", data={"url": "ftp://hook.example/x", "kind": "event.published"}
    )
    assert (answer.status_code, 'value="ftp://hook.example/x"' in answer.text) == (422, True)
    answer = gus_browser.post("/desk/webhooks/", data={"url": "https://hook.example/x"})
    assert "Choose at least one thing that the webhook reports." in answer.text
