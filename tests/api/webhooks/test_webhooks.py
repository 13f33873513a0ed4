"""Webhooks: made, sent to, tried again, disabled, sent again; with real receivers on this machine."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from standardwebhooks import Webhook, WebhookVerificationError

from service.kit.db.database import Database
from service.kit.http.outbound import Outbound
from service.kit.jobs.worker import Worker
from service.resources import CHORES, jobs
from service.settings import Settings
from service.webhooks import retries
from tests.clients import Answer, ApiClient
from tests.receiver import receiving

pytestmark = pytest.mark.both_engines

CHAT = {"name": "Chat", "model": "m70"}

INSIDE = Outbound.to(["127.0.0.0/8"])


@pytest.fixture
def app(app: Flask) -> Flask:
    """Give an application whose webhooks may reach this machine."""
    carried = app.extensions["crossover"]
    object.__setattr__(carried, "outbound", INSIDE)
    return app


def work(database: Database) -> None:
    """Do what workers would do now."""
    worker = Worker(database, jobs(Settings(webhook_networks=["127.0.0.0/8"])), chores=CHORES)
    worker.do_chores()
    while worker.run_one():
        pass


def new(api: ApiClient, url: str, *filters: str) -> Answer:
    answer = api.post("/v1/webhooks", json={"url": url, "events": list(filters) or ["*"]})
    assert answer.status_code == 201, answer.text
    return answer


def deliveries(api: ApiClient, webhook: str, query: str = "") -> list[dict[str, object]]:
    found: list[dict[str, object]] = api.get(f"/v1/webhooks/{webhook}/deliveries?limit=200{query}").json["items"]
    return found


def test_what_happens_is_sent_signed_as_a_cloud_event(api: ApiClient, database: Database) -> None:
    with receiving() as receiver:
        made = new(api, receiver.url, "workload.*").json
        workload = api.post("/v1/workloads", json=CHAT).json["id"]
        api.post("/v1/policies", json={"name": "Other"})
        work(database)
    ((headers, body),) = receiver.messages
    event = Webhook(made["secret"]).verify(body, headers)
    sequence = event["data"]["sequence"]
    assert event == api.get(f"/v1/events/{sequence}").json
    assert event["type"] == "crossover.workload.created.v1"
    assert event["subject"] == workload
    assert headers["webhook-id"] == event["id"] == f"{api.organization_id}-{sequence}"
    assert headers["content-type"] == "application/cloudevents+json"
    (delivery,) = deliveries(api, made["id"])
    assert (delivery["state"], delivery["attempts"], delivery["last_status"]) == ("delivered", 1, 204)
    work(database)
    assert len(receiver.messages) == 1


def test_the_secret_is_shown_once(api: ApiClient) -> None:
    made = new(api, "https://hooks.example/")
    assert made.json["secret"].startswith("whsec_")
    assert "secret" not in api.get(made.headers["Location"]).json
    assert made.json["secret"] not in api.get("/v1/webhooks").text


def test_both_secrets_sign_for_a_day_after_a_rotation(api: ApiClient, database: Database) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock, receiving() as receiver:
        made = new(api, receiver.url, "workload.*").json
        path = f"/v1/webhooks/{made['id']}"
        rotated = api.post(f"{path}/secret-rotations", headers={"If-Match": '"v1"'})
        assert rotated.status_code == 201
        api.post("/v1/workloads", json=CHAT)
        work(database)
        headers, body = receiver.messages[-1]
        assert len(headers["webhook-signature"].split()) == 2
        for secret in (made["secret"], rotated.json["secret"]):
            Webhook(secret).verify(body, headers)
        clock.shift(timedelta(hours=25))
        api.post("/v1/workloads", json=CHAT)
        work(database)
        headers, body = receiver.messages[-1]
        Webhook(rotated.json["secret"]).verify(body, headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(made["secret"]).verify(body, headers)
    assert api.post(f"{path}/secret-rotations", headers={"If-Match": '"v1"'}).status_code == 412


def test_a_failed_delivery_is_tried_again_under_the_same_id_until_taken(api: ApiClient, database: Database) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock, receiving(status=500) as receiver:
        webhook = new(api, receiver.url, "workload.*").json["id"]
        api.post("/v1/workloads", json=CHAT)
        work(database)
        (delivery,) = deliveries(api, webhook, "&state=pending")
        assert (delivery["attempts"], delivery["last_status"]) == (1, 500)
        work(database)
        assert len(receiver.messages) == 1
        clock.shift(timedelta(seconds=6))
        receiver.status = 200
        work(database)
        told = api.get(f"/v1/webhooks/{webhook}/deliveries/{delivery['id']}").json
    (first, body), (second, same_body) = receiver.messages
    assert first["webhook-id"] == second["webhook-id"] == told["message_id"]
    assert body == same_body
    assert [(one["number"], one["status"]) for one in told["tries"]] == [(1, 500), (2, 200)]
    assert "500" in told["tries"][0]["error"]
    assert (told["state"], told["last_error"]) == ("delivered", None)


def test_after_three_days_it_is_given_up_the_webhook_disabled_and_all_can_be_sent_again(
    api: ApiClient, database: Database
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock, receiving(status=503) as receiver:
        made = new(api, receiver.url, "workload.*").json
        path = f"/v1/webhooks/{made['id']}"
        api.post("/v1/workloads", json=CHAT)
        work(database)
        for wait in retries.WAITS:
            clock.shift(wait * 1.11)
            work(database)
        assert len(receiver.messages) == len(retries.WAITS) + 1
        (failed,) = deliveries(api, made["id"], "&state=failed")
        webhook = api.get(path).json
        assert webhook["state"] == "disabled"
        assert "three days" in webhook["disabled_reason"]
        assert api.get("/v1/events?action=webhook.disabled").json["items"][0]["resource_id"] == made["id"]
        missed = api.post("/v1/workloads", json=CHAT).json["id"]
        work(database)
        receiver.status = 200
        assert api.post(f"{path}/deliveries/{failed['id']}/redeliveries").status_code == 409
        tag = {"If-Match": api.get(path).headers["ETag"]}
        assert api.patch(path, json={"state": "enabled"}, headers=tag).json["disabled_reason"] is None
        again = api.post(f"{path}/redeliveries", json={"failed_since": failed["finished_at"]})
        assert (again.status_code, again.json) == (202, {"count": 1})
        work(database)
    assert {delivery["state"] for delivery in deliveries(api, made["id"])} == {"delivered"}
    assert receiver.taken[str(failed["message_id"])] == 1
    assert missed in [json.loads(body)["subject"] for _, body in receiver.messages[-2:]]


def test_a_receiver_that_is_gone_disables_its_webhook_at_once(api: ApiClient, database: Database) -> None:
    with receiving(status=410) as receiver:
        webhook = new(api, receiver.url).json["id"]
        work(database)
    assert "410" in api.get(f"/v1/webhooks/{webhook}").json["disabled_reason"]


def test_a_test_is_sent_whatever_the_filters_take(api: ApiClient, database: Database) -> None:
    with receiving() as receiver:
        webhook = new(api, receiver.url, "decision.*").json["id"]
        asked = api.post(f"/v1/webhooks/{webhook}/tests")
        assert asked.status_code == 202
        assert api.post(f"{asked.headers['Location']}/redeliveries").status_code == 409
        work(database)
        assert api.get(asked.headers["Location"]).json["state"] == "delivered"
        assert api.post(f"{asked.headers['Location']}/redeliveries").status_code == 202
        work(database)
    assert [json.loads(body)["type"] for _, body in receiver.messages] == ["crossover.webhook.tested.v1"] * 2


def test_nothing_is_sent_to_a_deleted_webhook(api: ApiClient, database: Database) -> None:
    with receiving() as receiver:
        made = new(api, receiver.url)
        assert api.delete(made.headers["Location"], headers={"If-Match": '"v1"'}).status_code == 204
        work(database)
    assert receiver.messages == []
    assert api.get(made.headers["Location"]).status_code == 404


def test_an_address_inside_fails_when_it_is_called(api: ApiClient, database: Database) -> None:
    with receiving() as receiver:
        webhook = new(api, receiver.url).json["id"]
        worker = Worker(database, jobs(Settings()), chores=CHORES)
        worker.do_chores()
        assert worker.run_one()
    assert receiver.messages == []
    assert "public internet" in str(deliveries(api, webhook)[0]["last_error"])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"url": "https://10.0.0.1/"}, "/url"),
        ({"url": "https://user:pass@a.example/"}, "/url"),
        ({"url": "gopher://a.example/"}, "/url"),
        ({"url": "https://a.example/", "events": []}, "/events"),
        ({"url": "https://a.example/", "events": ["decision"]}, "/events/0"),
        ({"url": "https://a.example/", "events": ["*", "*"]}, "/events/1"),
        ({"events": ["*"]}, "/url"),
    ],
)
def test_bad_webhooks_are_refused_by_field(api: ApiClient, body: dict[str, object], pointer: str) -> None:
    refused = api.post("/v1/webhooks", json=body)
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == pointer


def test_webhooks_belong_to_one_organization(api: ApiClient, other_api: ApiClient, database: Database) -> None:
    with receiving() as receiver:
        new(api, receiver.url)
        other_api.post("/v1/workloads", json=CHAT)
        work(database)
    sources = {json.loads(body)["source"] for _, body in receiver.messages}
    assert sources == {f"/v1/organizations/{api.organization_id}"}
