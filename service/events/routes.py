"""Calls of events."""

from typing import Any

from service.events import queries
from service.events.models import Event
from service.events.schemas import EventQuery, EventSchema
from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, page, page_of

blueprint = Resource("events", __name__, description="What happened in your organization, in order, for ever.")


@blueprint.endpoint("GET", "/events", scope="events:read", query=EventQuery, returns=page_of(EventSchema))
def list_events(tx: Transaction, query: dict[str, Any]) -> Page[Event]:
    """List events, newest first."""
    return page(tx, queries.events(tx, query), (Event.sequence,), query)
