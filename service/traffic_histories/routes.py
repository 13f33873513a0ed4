"""Calls of traffic histories."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from service.kit import clock
from service.kit.app_context import runtime
from service.kit.db.transaction import Actor, Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, PageQuery, page, page_of
from service.kit.http.problems import CONFLICT, FULL, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE
from service.model_names import service as model_names
from service.traffic_histories import profiling, queries, service, standing
from service.traffic_histories.models import StoredHistory
from service.traffic_histories.problems import FILE_REFUSED
from service.traffic_histories.profiling import UNMEASURABLE, Measured, measured
from service.traffic_histories.reading.columns_file import Facts
from service.traffic_histories.schemas import (
    ChangedHistorySchema,
    SpanSchema,
    SplitWords,
    TrafficHistorySchema,
    TrafficImportSchema,
    TrafficProfileSchema,
    TrafficQualitySchema,
)
from service.traffic_histories.service import IN_USE
from service.traffic_histories.upload import MEDIA_TYPES, Upload, uploaded
from service.traffic_histories.upload_query import ReadWords
from service.workloads import service as workloads

blueprint = Resource("traffic-histories", __name__, description="What a workload really did, as it was logged.")

READ, WRITE = "traffic_histories:read", "traffic_histories:write"
OF_WORKLOAD = "/workloads/<id(wl):workload_id>/traffic-histories"
HISTORY = "/traffic-histories/<id(th):traffic_history_id>"
UPLOADING = (FILE_REFUSED, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, FULL)


@contextmanager
def _upload(actor: Actor, workload_id: str, query: Mapping[str, Any]) -> Iterator[Upload]:
    # Asked again where it is stored: here it saves sending a large file for nothing.
    with runtime().database.reading() as session:
        tx = Transaction(session, actor, clock.now(), "")
        workload = workloads.get(tx, workload_id)
        asked = model_names.asked(tx, workload.model)
    with uploaded(query, asked) as upload:
        yield upload


@contextmanager
def _split_upload(actor: Actor, query: Mapping[str, Any]) -> Iterator[Upload]:  # noqa: ARG001
    with uploaded(query) as upload:
        yield upload


@blueprint.endpoint("GET", OF_WORKLOAD, scope=READ, query=PageQuery, returns=page_of(TrafficHistorySchema))
def list_traffic_histories(tx: Transaction, workload_id: str, query: dict[str, Any]) -> Page[StoredHistory]:
    """List a workload's traffic histories, newest first."""
    workloads.get(tx, workload_id)
    statement = queries.histories(tx.organization_id, workload_id)
    return page(tx, statement, (StoredHistory.created_at, StoredHistory.id), query)


@blueprint.endpoint(
    "POST",
    OF_WORKLOAD,
    scope=WRITE,
    query=ReadWords,
    status=201,
    returns=TrafficHistorySchema,
    prepare=_upload,
    streams=MEDIA_TYPES,
    problems=UPLOADING,
)
def upload_traffic_history(
    tx: Transaction,
    workload_id: str,
    query: dict[str, Any],  # noqa: ARG001
    prepared: Upload,
) -> tuple[StoredHistory, int, dict[str, str]]:
    """Upload a traffic history: the file is the body.

    CSV, JSON Lines, JSON or Parquet, plain or compressed with gzip or zstd; a request log or a series. What the
    workload has already is answered with 200.
    """
    kept = service.keep(tx, workload_id, prepared)
    headers = {"Location": f"/v1/traffic-histories/{kept.history.id}"}
    return kept.history, 201 if kept.created else 200, headers


@blueprint.endpoint(
    "POST",
    "/traffic-history-imports",
    scope=WRITE,
    query=SplitWords,
    status=201,
    returns=TrafficImportSchema,
    prepare=_split_upload,
    streams=MEDIA_TYPES,
    problems=(*UPLOADING, CONFLICT),
)
def import_traffic_histories(
    tx: Transaction,
    query: dict[str, Any],  # noqa: ARG001
    prepared: Upload,
) -> dict[str, Any]:
    """Upload the traffic of several workloads, told apart by a column.

    Each value of the column `split_by` is a workload's name; one that is not there is created, for the model of
    that name. All of it is stored, or nothing.
    """
    return {"histories": service.keep_split(tx, prepared), "report": prepared.encoded.report}


@blueprint.endpoint("GET", HISTORY, scope=READ, returns=TrafficHistorySchema)
def get_traffic_history(tx: Transaction, traffic_history_id: str) -> StoredHistory:
    """Return a traffic history."""
    return service.get(tx, traffic_history_id)


@blueprint.endpoint(
    "GET", f"{HISTORY}/profile", scope=READ, returns=TrafficProfileSchema, prepare=measured, problems=[UNMEASURABLE]
)
def get_traffic_profile(tx: Transaction, traffic_history_id: str, prepared: Measured) -> dict[str, Any]:  # noqa: ARG001
    """Return the measured profile: the measurement with the default policy, and charts as data."""
    return profiling.profile(prepared)


@blueprint.endpoint("GET", f"{HISTORY}/quality", scope=READ, returns=TrafficQualitySchema, prepare=measured)
def get_traffic_quality(tx: Transaction, traffic_history_id: str, prepared: Measured) -> dict[str, Any]:  # noqa: ARG001
    """Return what was read of the file and what was not, and what the measured window lacks."""
    return profiling.quality(prepared)


@blueprint.endpoint(
    "PATCH",
    HISTORY,
    scope=WRITE,
    body=ChangedHistorySchema,
    returns=TrafficHistorySchema,
    guarded=True,
    problems=[CONFLICT],
)
def change_traffic_history(tx: Transaction, traffic_history_id: str, body: dict[str, Any]) -> StoredHistory:
    """Retire a history or take it back; make it the workload's current one, or leave that to the newest."""
    return standing.change(tx, traffic_history_id, body)


@blueprint.endpoint(
    "POST",
    f"{HISTORY}/spans",
    scope=WRITE,
    body=SpanSchema,
    status=201,
    returns=TrafficHistorySchema,
    also={200: TrafficHistorySchema},
    prepare=standing.declared,
)
def declare_traffic_history_span(
    tx: Transaction, traffic_history_id: str, body: dict[str, Any], prepared: Facts
) -> tuple[StoredHistory, int, dict[str, str]]:
    """Declare later for how long the traffic was observed, without sending the file again.

    A history never changes: this makes another one of the same rows, which becomes the newest. One that is there
    already is answered with 200.
    """
    history, created = standing.declare(tx, traffic_history_id, prepared, body)
    return history, 201 if created else 200, {"Location": f"/v1/traffic-histories/{history.id}"}


@blueprint.endpoint("DELETE", HISTORY, scope=WRITE, status=204, guarded=True, problems=[IN_USE])
def delete_traffic_history(tx: Transaction, traffic_history_id: str) -> None:
    """Delete a traffic history. One that an evaluation stands on stays."""
    service.delete(tx, traffic_history_id)
