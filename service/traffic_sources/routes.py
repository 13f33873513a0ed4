"""Calls of traffic sources."""

from typing import Any

from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, PageQuery, page, page_of
from service.traffic_histories import service as histories
from service.traffic_histories.models import StoredHistory
from service.traffic_histories.routes import UPLOADING
from service.traffic_histories.schemas import TrafficHistorySchema
from service.traffic_sources import asking, queries, service
from service.traffic_sources.asking import ShownPull
from service.traffic_sources.models import TrafficPull, TrafficSource
from service.traffic_sources.notes import notes
from service.traffic_sources.object_stores import NOT_INSTALLED as NO_OBJECTS
from service.traffic_sources.object_stores import UNREACHABLE
from service.traffic_sources.object_upload import ObjectUpload
from service.traffic_sources.object_upload import prepared as prepared_object
from service.traffic_sources.schemas import (
    NewTrafficPullSchema,
    NewTrafficSourceSchema,
    ReadObjectBodySchema,
    TrafficPullSchema,
    TrafficSourcesQuery,
    WarehousesSchema,
    WorkloadSourceSchema,
)
from service.traffic_sources.statement_schemas import TrafficStatementsSchema
from service.traffic_sources.statements import NOT_INSTALLED, statements
from service.traffic_sources.table_query import TableWords, table_map

blueprint = Resource("traffic-sources", __name__, description="Traffic out of the user's own warehouse.")

READ, WRITE = "traffic_histories:read", "traffic_histories:write"

ONE = "/traffic-sources/<id(ts):traffic_source_id>"


@blueprint.endpoint(
    "GET", "/traffic-sql", scope=READ, query=TableWords, returns=TrafficStatementsSchema, problems=[NOT_INSTALLED]
)
def get_traffic_sql(tx: Transaction, query: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
    """Return SQL that makes an upload of a table of requests: run it where the table is, upload what it returns.

    Nothing is connected to, and no name or value is believed: all are quoted.
    """
    table = table_map(query)
    return {"dialect": table.dialect, "statements": statements(table), "notes": notes(table)}


@blueprint.endpoint("GET", "/warehouses", scope=READ, returns=WarehousesSchema)
def list_warehouses(tx: Transaction) -> dict[str, Any]:
    """List the warehouses that whoever runs the service has connected and opened to the organization."""
    return {"items": service.open_to(tx)}


@blueprint.endpoint(
    "GET", "/traffic-sources", scope=READ, query=TrafficSourcesQuery, returns=page_of(WorkloadSourceSchema)
)
def list_traffic_sources(tx: Transaction, query: dict[str, Any]) -> Page[TrafficSource]:
    """List traffic sources, newest first."""
    statement = queries.sources(tx, query["workload_id"])
    return page(tx, statement, (TrafficSource.created_at, TrafficSource.id), query)


@blueprint.endpoint(
    "POST", "/traffic-sources", scope=WRITE, body=NewTrafficSourceSchema, status=201, returns=WorkloadSourceSchema
)
def create_traffic_source(tx: Transaction, body: dict[str, Any]) -> tuple[TrafficSource, int, dict[str, str]]:
    """Name a table of a connected warehouse as where a workload's traffic is pulled from. Nothing is run yet."""
    source = service.create(tx, body)
    return source, 201, {"Location": f"/v1/traffic-sources/{source.id}"}


@blueprint.endpoint("GET", ONE, scope=READ, returns=WorkloadSourceSchema)
def get_traffic_source(tx: Transaction, traffic_source_id: str) -> TrafficSource:
    """Return a traffic source."""
    return service.get(tx, traffic_source_id)


@blueprint.endpoint("DELETE", ONE, scope=WRITE, status=204, guarded=True)
def delete_traffic_source(tx: Transaction, traffic_source_id: str) -> None:
    """Delete a traffic source. What was pulled stays."""
    service.delete(tx, traffic_source_id)


@blueprint.endpoint("GET", f"{ONE}/pulls", scope=READ, query=PageQuery, returns=page_of(TrafficPullSchema))
def list_traffic_pulls(tx: Transaction, traffic_source_id: str, query: dict[str, Any]) -> Page[ShownPull]:
    """List the pulls of a source, newest first."""
    service.get(tx, traffic_source_id)
    found = page(tx, queries.pulls(tx, traffic_source_id), (TrafficPull.created_at, TrafficPull.id), query)
    return Page([asking.shown(tx, pull) for pull in found.items], found.next_cursor)


@blueprint.endpoint(
    "POST",
    f"{ONE}/pulls",
    scope=WRITE,
    body=NewTrafficPullSchema,
    status=202,
    returns=TrafficPullSchema,
    problems=[NOT_INSTALLED],
)
def create_traffic_pull(
    tx: Transaction, traffic_source_id: str, body: dict[str, Any]
) -> tuple[ShownPull, int, dict[str, str]]:
    """Pull everything from the source's start to a whole hour, by a job.

    What comes of it is the workload's newest history; where it is the one that is there, nothing is added.
    """
    pull = asking.ask(tx, traffic_source_id, body["end"])
    return pull, 202, {"Location": f"/v1/traffic-pulls/{pull.row.id}"}


@blueprint.endpoint("GET", "/traffic-pulls/<id(tp):traffic_pull_id>", scope=READ, returns=TrafficPullSchema)
def get_traffic_pull(tx: Transaction, traffic_pull_id: str) -> ShownPull:
    """Return a pull: the statement, when it was run, what was counted, and the history that came of it."""
    return asking.get(tx, traffic_pull_id)


@blueprint.endpoint(
    "POST",
    "/workloads/<id(wl):workload_id>/traffic-objects",
    scope=WRITE,
    body=ReadObjectBodySchema,
    status=201,
    returns=TrafficHistorySchema,
    also={200: TrafficHistorySchema},
    prepare=prepared_object,
    problems=(*UPLOADING, NO_OBJECTS, UNREACHABLE),
)
def read_traffic_object(
    tx: Transaction,
    workload_id: str,
    body: dict[str, Any],  # noqa: ARG001
    prepared: ObjectUpload,
) -> tuple[StoredHistory, int, dict[str, str]]:
    """Upload a traffic history by its address in an object store that whoever runs the service has opened.

    It is read as a stream, as if it were the body of an upload. What the workload has already is answered with 200.
    """
    kept = histories.keep(tx, workload_id, prepared)
    return kept.history, 201 if kept.created else 200, {"Location": f"/v1/traffic-histories/{kept.history.id}"}
