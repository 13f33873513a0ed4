"""Calls of webhooks."""

from typing import Any

from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, PageQuery, page, page_of
from service.kit.http.problems import CONFLICT
from service.webhooks import messages, queries, service
from service.webhooks.models import Delivery, Webhook
from service.webhooks.schemas import (
    ChangedWebhookSchema,
    DeliveriesQuery,
    DeliverySchema,
    DeliveryWithAttemptsSchema,
    NewRedeliveriesSchema,
    NewWebhookSchema,
    RedeliveriesSchema,
    WebhookSchema,
    WebhookWithSecretSchema,
)

blueprint = Resource("webhooks", __name__, description="Events sent to addresses of yours, signed, until taken.")

ONE = "/webhooks/<id(wh):webhook_id>"
DELIVERY = f"{ONE}/deliveries/<id(whd):delivery_id>"


@blueprint.endpoint("GET", "/webhooks", scope="webhooks:read", query=PageQuery, returns=page_of(WebhookSchema))
def list_webhooks(tx: Transaction, query: dict[str, Any]) -> Page[Webhook]:
    """List webhooks, newest first."""
    return page(tx, queries.webhooks(tx), (Webhook.created_at, Webhook.id), query)


@blueprint.endpoint(
    "POST",
    "/webhooks",
    scope="webhooks:write",
    body=NewWebhookSchema,
    status=201,
    returns=WebhookWithSecretSchema,
    secret=True,
    problems=(CONFLICT,),
)
def create_webhook(tx: Transaction, body: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Create a webhook. The answer holds its secret, which is shown this once."""
    webhook = service.create(tx, body)
    return _with_secret(tx, webhook), 201, {"Location": f"/v1/webhooks/{webhook.id}"}


@blueprint.endpoint("GET", ONE, scope="webhooks:read", returns=WebhookSchema)
def get_webhook(tx: Transaction, webhook_id: str) -> Webhook:
    """Return a webhook."""
    return service.get(tx, webhook_id)


@blueprint.endpoint(
    "PATCH", ONE, scope="webhooks:write", body=ChangedWebhookSchema, returns=WebhookSchema, guarded=True
)
def change_webhook(tx: Transaction, webhook_id: str, body: dict[str, Any]) -> Webhook:
    """Replace the facts given, keep the others; enable or disable."""
    return service.change(tx, webhook_id, body)


@blueprint.endpoint("DELETE", ONE, scope="webhooks:write", status=204, guarded=True)
def delete_webhook(tx: Transaction, webhook_id: str) -> None:
    """Delete a webhook with its secrets. Nothing more is sent."""
    service.delete(tx, webhook_id)


@blueprint.endpoint(
    "POST",
    f"{ONE}/secret-rotations",
    scope="webhooks:write",
    status=201,
    returns=WebhookWithSecretSchema,
    secret=True,
    guarded=True,
)
def rotate_webhook_secret(tx: Transaction, webhook_id: str) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Give a webhook a new secret. Messages carry signatures of both for 24 hours."""
    webhook = service.rotate_secret(tx, webhook_id)
    return _with_secret(tx, webhook), 201, {"Location": f"/v1/webhooks/{webhook.id}"}


@blueprint.endpoint(
    "POST", f"{ONE}/tests", scope="webhooks:write", status=202, returns=DeliverySchema, problems=(CONFLICT,)
)
def test_webhook(tx: Transaction, webhook_id: str) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Send the webhook an event made for it, webhook.tested, whatever its filters take."""
    delivery = service.test(tx, webhook_id)
    return _told(delivery), 202, {"Location": f"/v1/webhooks/{webhook_id}/deliveries/{delivery.id}"}


@blueprint.endpoint(
    "GET", f"{ONE}/deliveries", scope="webhooks:read", query=DeliveriesQuery, returns=page_of(DeliverySchema)
)
def list_webhook_deliveries(tx: Transaction, webhook_id: str, query: dict[str, Any]) -> Page[dict[str, Any]]:
    """List what was sent to a webhook or waits to be, newest first."""
    service.get(tx, webhook_id)
    found = page(tx, queries.deliveries(tx, webhook_id, query), (Delivery.created_at, Delivery.id), query)
    return Page([_told(delivery) for delivery in found.items], found.next_cursor)


@blueprint.endpoint("GET", DELIVERY, scope="webhooks:read", returns=DeliveryWithAttemptsSchema)
def get_webhook_delivery(tx: Transaction, webhook_id: str, delivery_id: str) -> dict[str, Any]:
    """Return a delivery with each of its tries."""
    delivery = service.get_delivery(tx, webhook_id, delivery_id)
    return {**_told(delivery), "tries": queries.attempts(tx, delivery_id)}


@blueprint.endpoint(
    "POST",
    f"{DELIVERY}/redeliveries",
    scope="webhooks:write",
    status=202,
    returns=DeliverySchema,
    problems=(CONFLICT,),
)
def redeliver_webhook_delivery(tx: Transaction, webhook_id: str, delivery_id: str) -> tuple[dict[str, Any], int]:
    """Send one delivery again."""
    return _told(service.redeliver(tx, webhook_id, delivery_id)), 202


@blueprint.endpoint(
    "POST",
    f"{ONE}/redeliveries",
    scope="webhooks:write",
    body=NewRedeliveriesSchema,
    status=202,
    returns=RedeliveriesSchema,
    problems=(CONFLICT,),
)
def redeliver_webhook(tx: Transaction, webhook_id: str, body: dict[str, Any]) -> tuple[dict[str, int], int]:
    """Send again everything that was given up since a time."""
    return {"count": service.redeliver_failed(tx, webhook_id, body["failed_since"])}, 202


def _with_secret(tx: Transaction, webhook: Webhook) -> dict[str, Any]:
    tx.session.flush()  # counts the version
    told: dict[str, Any] = WebhookSchema().dump(webhook)
    stamps = {name: getattr(webhook, name) for name in ("created_at", "updated_at", "previous_secret_until")}
    return {**told, **stamps, "secret": messages.spelled(webhook.secret)}


def _told(delivery: Delivery) -> dict[str, Any]:
    names = [name for name in DeliverySchema().fields if name != "message_id"]
    message_id = f"{delivery.organization_id}-{delivery.event_sequence}"
    return {**{name: getattr(delivery, name) for name in names}, "message_id": message_id}
