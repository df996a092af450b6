"""What programs write: drafts and passes, never twice for one key, never over somebody else's change."""

import threading

from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.audit.tables import AuditEntry
from models.codes.pass_lookup import read_pass
from models.codes.passes import Pass
from models.db import db
from models.events.tables import Event
from tests.support.records.week import make_event
from tests.support.servers.api import ApiUser

NEW = {
    "campaign": "ip-2024",
    "title": "专利开放日",
    "region": "320723",
    "audience": ["youth"],
    "occurrences": [{"start": "2024-04-23T09:00:00+08:00", "end": "2024-04-23T11:00:00+08:00",
                     "venue": {"name": "图书馆"}, "capacity": 80}, {"start": "2024-04-24"}],
}  # fmt: skip


def test_an_event_is_created_as_a_draft_of_ones_own_organization(client, people):
    gu = ApiUser(client, people.gu)
    answer = gu.post("/events", NEW)
    event = answer.json
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/events/{event['id']}")
    assert (event["status"], event["lead"]["name"], event["published_at"]) == (
        "draft",
        "灌云县知识产权局",
        None,
    )
    assert [(one["start"], one["all_day"], one["capacity"]) for one in event["occurrences"]] == [
        ("2024-04-23T09:00:00+08:00", False, 80), ("2024-04-24", True, None),
    ]  # fmt: skip
    assert gu.get(f"/events/{event['id']}").headers["ETag"] == answer.headers["ETag"]


def test_the_same_key_creates_once_and_gets_the_first_answer(client, people):
    gu = ApiUser(client, people.gu)
    first, again = (gu.post("/events", NEW, idempotency_key="k1") for _each in range(2))
    assert (first.status_code, first.data) == (again.status_code, again.data)
    assert gu.post("/events", NEW | {"title": "另一个"}, idempotency_key="k1").status_code == 422
    assert gu.post("/events", NEW, idempotency_key="k2").json["id"] != first.json["id"]
    assert (
        ApiUser(client, people.he).post("/events", NEW, idempotency_key="k1").json["id"] != first.json["id"]
    )


def test_the_same_key_at_the_same_moment_creates_once(app, people):
    gu = ApiUser(app.test_client(), people.gu)
    start, answers = threading.Barrier(4), []

    def create() -> None:
        client = FlaskClient(app, app.response_class)
        start.wait()
        answers.append(client.post("/api/v1/events", json=NEW, headers=gu.headers | {"Idempotency-Key": "k"}))

    threads = [threading.Thread(target=create) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert db.session.scalar(select(func.count()).where(Event.title == NEW["title"])) == 1


def test_a_change_names_the_state_that_it_changes(client, people):
    draft = make_event(people.lecture.campaign, "草稿", publish=False)
    gu = ApiUser(client, people.gu)
    tag = gu.get(f"/events/{draft.id}").headers["ETag"]
    path = f"/events/{draft.id}"
    assert gu.patch(path, {"title": "甲"}).status_code == 428
    changed = gu.patch(path, {"title": "甲"}, if_match=tag)
    assert (changed.status_code, changed.json["title"]) == (200, "甲")
    assert gu.patch(path, {"title": "乙"}, if_match=tag).status_code == 412
    assert gu.patch(path, {"title": "乙"}, if_match=changed.headers["ETag"]).json["title"] == "乙"


def test_a_public_event_is_changed_by_who_may_publish_alone(client, people):
    path = f"/events/{people.lecture.id}"
    assert ApiUser(client, people.gu).patch(path, {"title": "甲"}, if_match="*").status_code == 409
    assert ApiUser(client, people.lian).patch(path, {"title": "甲"}, if_match="*").json["title"] == "甲"
    assert ApiUser(client, people.wang).patch(path, {"title": "甲"}, if_match="*").status_code == 404


def test_what_the_rules_refuse_is_a_sentence(client, people):
    gu = ApiUser(client, people.gu)

    def refused(**changes: object) -> tuple[int, str]:
        answer = gu.post("/events", NEW | changes)
        return answer.status_code, answer.json["detail"]

    assert refused(region="999999") == (400, "There is no region 999999. Use a code of GB/T 2260.")
    assert refused(occurrences=[{"start": "morgen"}]) == (
        400, "“morgen” is not a day. Write it as 2024-04-20.",
    )  # fmt: skip
    assert refused(title=5) == (
        422, "The field “title” is missing or does not have the form that the API description asks for.",
    )  # fmt: skip
    assert refused(title="a\0b")[0] == 400


def test_passes_are_issued_once_for_a_key_and_revoked(client, people):
    gu = ApiUser(client, people.gu)
    content = {"event": people.lecture.id, "group": "youth", "headcount": 45, "count": 2}
    issued, again = (gu.post("/passes", content, idempotency_key="p") for _each in range(2))
    assert (issued.status_code, issued.data) == (201, again.data)
    assert db.session.scalar(select(func.count()).select_from(Pass)) == 2
    first = issued.json["items"][0]
    assert read_pass(first["url"]).number == first["id"]
    assert gu.post(f"/passes/{first['id']}/revoke").json["revoked_at"] is not None
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.verb, entry.subject_id, entry.account_id, entry.network) == (
        "pass_revoked", first["id"], people.gu.id, "127.0.0.1",
    )  # fmt: skip
    assert ApiUser(client, people.wang).post(f"/passes/{first['id']}/revoke").status_code == 404
    assert ApiUser(client, people.gu, "read").post("/passes", content).status_code == 403
