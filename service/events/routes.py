"""Calls of events."""

import base64
from typing import Any

from flask import Response

from service.events import queries
from service.events.checkpoints import Checkpoint, NotACheckpoint, Signer
from service.events.envelope import envelope
from service.events.models import Event
from service.events.schemas import CheckpointSchema, CloudEventSchema, EventQuery, EventSchema, VerificationSchema
from service.events.verification import verify
from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, page, page_of
from service.kit.http.problems import CONFLICT, FieldError, Problem, invalid, or_not_found

blueprint = Resource("events", __name__, description="What happened in your organization, in order, for ever.")


@blueprint.endpoint("GET", "/events", scope="events:read", query=EventQuery, returns=page_of(EventSchema))
def list_events(tx: Transaction, query: dict[str, Any]) -> Page[Event]:
    """List events, newest first."""
    return page(tx, queries.events(tx, query), (Event.sequence,), query)


@blueprint.endpoint("GET", "/events/<int:sequence>", scope="events:read", returns=CloudEventSchema)
def get_event(tx: Transaction, sequence: int) -> dict[str, Any]:
    """Return an event as a CloudEvent, as webhooks send it."""
    event = or_not_found(queries.event(tx, sequence), "No event has this number.")
    return envelope(event)


@blueprint.endpoint("GET", "/events/verification", scope="events:read", returns=VerificationSchema)
def get_events_verification(tx: Transaction) -> dict[str, Any]:
    """Check the chain of events from the first to the last, and name the first break."""
    return _verified(tx, None)


@blueprint.endpoint(
    "POST",
    "/events/verification",
    scope="events:read",
    body=CheckpointSchema,
    returns=VerificationSchema,
    writes=False,
)
def verify_events(tx: Transaction, body: dict[str, Any]) -> dict[str, Any]:
    """Check the chain of events against a checkpoint kept elsewhere, so that a tail cut off is seen too."""
    try:
        checkpoint = _signer(tx).opened(body["checkpoint"])
    except NotACheckpoint as error:
        raise invalid(FieldError("/checkpoint", "not_a_checkpoint", str(error))) from error
    return _verified(tx, checkpoint)


@blueprint.endpoint("GET", "/events/checkpoint", scope="events:read", problems=(CONFLICT,))
def get_events_checkpoint(tx: Transaction) -> Response:
    """Return a signed checkpoint of all events so far, as text: keep it where the database cannot be changed from."""
    verification = verify(tx)
    if verification.first_break is not None:
        raise Problem(CONFLICT, f"The chain of events is broken and is not signed: {verification.first_break.detail}")
    return Response(_signer(tx).signed(verification.checkpoint), content_type="text/plain; charset=utf-8")


def _signer(tx: Transaction) -> Signer:
    return Signer(tx.organization_id, tx.actor.signing_key)


def _verified(tx: Transaction, checkpoint: Checkpoint | None) -> dict[str, Any]:
    verification = verify(tx, checkpoint)
    first_break = verification.first_break
    whole = f"All {verification.size} events are as they were written."
    return {
        "intact": verification.is_intact,
        "detail": whole if first_break is None else first_break.detail,
        "events": verification.size,
        "root": base64.b64encode(verification.root).decode(),
        "first_break": first_break,
        "checked_against": None if checkpoint is None else checkpoint.size,
        "verifier_key": _signer(tx).verifier_key,
    }
