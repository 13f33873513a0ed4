"""Calls of workloads."""

from typing import Any

from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, PageQuery, page, page_of
from service.workloads import queries, service
from service.workloads.models import Workload
from service.workloads.schemas import ChangedWorkloadSchema, NewWorkloadSchema, WorkloadSchema

blueprint = Resource("workloads", __name__, description="What is being decided on.")


@blueprint.endpoint("GET", "/workloads", scope="workloads:read", query=PageQuery, returns=page_of(WorkloadSchema))
def list_workloads(tx: Transaction, query: dict[str, Any]) -> Page[Workload]:
    """List workloads, newest first."""
    return page(tx, queries.workloads(tx), (Workload.created_at, Workload.id), query)


@blueprint.endpoint(
    "POST", "/workloads", scope="workloads:write", body=NewWorkloadSchema, status=201, returns=WorkloadSchema
)
def create_workload(tx: Transaction, body: dict[str, Any]) -> tuple[Workload, int, dict[str, str]]:
    """Create a workload."""
    workload = service.create(tx, body)
    return workload, 201, {"Location": f"/v1/workloads/{workload.id}"}


@blueprint.endpoint("GET", "/workloads/<id(wl):workload_id>", scope="workloads:read", returns=WorkloadSchema)
def get_workload(tx: Transaction, workload_id: str) -> Workload:
    """Return a workload."""
    return service.get(tx, workload_id)


@blueprint.endpoint(
    "PATCH",
    "/workloads/<id(wl):workload_id>",
    scope="workloads:write",
    body=ChangedWorkloadSchema,
    returns=WorkloadSchema,
    guarded=True,
)
def change_workload(tx: Transaction, workload_id: str, body: dict[str, Any]) -> Workload:
    """Replace the facts given, keep the others."""
    return service.change(tx, workload_id, body)


@blueprint.endpoint("DELETE", "/workloads/<id(wl):workload_id>", scope="workloads:write", status=204, guarded=True)
def delete_workload(tx: Transaction, workload_id: str) -> None:
    """Delete a workload. Evaluations and decisions made on it stay."""
    service.delete(tx, workload_id)
