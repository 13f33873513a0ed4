"""Making, finding and deleting traffic sources."""

from collections.abc import Mapping
from typing import Any

from flask import current_app
from marshmallow import ValidationError

from service.events import service as events
from service.kit import ids
from service.kit.db.transaction import Transaction
from service.kit.http import etags
from service.kit.http.problems import FieldError, invalid, or_not_found
from service.kit.http.query import schema_errors
from service.traffic_sources import queries
from service.traffic_sources.models import TrafficSource
from service.traffic_sources.table_map import TableMap
from service.traffic_sources.table_query import TableWords, table_map
from service.traffic_sources.warehouses import Warehouse, Warehouses
from service.workflow.traffic import HOUR
from service.workloads import service as workloads

FACTS = ("workload_id", "warehouse", "purpose", "words")


def open_to(tx: Transaction) -> list[Warehouse]:
    """Return the warehouses that the organization may read, by name."""
    connected: Warehouses = current_app.extensions["warehouses"]
    return [connected[name] for name in sorted(connected) if connected[name].serves(tx.organization_id)]


def get(tx: Transaction, source_id: str) -> TrafficSource:
    """Return a source of the organization. Raises Problem 404."""
    return or_not_found(queries.source(tx, source_id), "No traffic source has this id.")


def create(tx: Transaction, said: Mapping[str, Any]) -> TrafficSource:
    """Add a source. Raises Problem 404 for a workload, 422 for a warehouse or a table that does not hold."""
    workloads.get(tx, said["workload_id"])
    warehouse = open_warehouse(tx, said["warehouse"])
    mapped = mapped_words(warehouse, said["words"])
    if mapped.start_us is None or mapped.start_us % HOUR:
        detail = "Say from when on traffic is pulled, on a whole hour, such as 2026-10-05T00:00:00Z."
        raise invalid(FieldError("/words/start", "required", detail))
    source = TrafficSource(
        id=ids.new("ts"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        **{name: said[name] for name in FACTS},
    )
    tx.session.add(source)
    events.append(tx, "traffic_source.created", source.id, after=facts(source))
    return source


def delete(tx: Transaction, source_id: str) -> None:
    """Delete a source; histories that were pulled stay. Raises Problem 404, 412 and 428."""
    source = get(tx, source_id)
    etags.require_match(source)
    source.deleted_at = tx.now
    events.append(tx, "traffic_source.deleted", source.id, before=facts(source))


def facts(source: TrafficSource) -> dict[str, Any]:
    """Return what a user says of a source, as JSON values."""
    return {name: getattr(source, name) for name in FACTS}


def open_warehouse(tx: Transaction, name: str) -> Warehouse:
    """Return a warehouse that the organization may read. Raises Problem 422."""
    there = {warehouse.name: warehouse for warehouse in open_to(tx)}
    if name not in there:
        listed = ", ".join(there) or "none: whoever runs this service connects them"
        raise invalid(
            FieldError("/warehouse", "unknown", f"No warehouse of this name is open to you; there are {listed}.")
        )
    return there[name]


def mapped_words(warehouse: Warehouse, words: Mapping[str, str]) -> TableMap:
    """Return what the words of a source say. Raises Problem 422 that names each that does not hold."""
    try:
        return table_map(TableWords().load({**words, "dialect": warehouse.dialect}))
    except ValidationError as error:
        raise invalid(*schema_errors(error, at="/words")) from error
