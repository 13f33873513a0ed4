"""Storing, finding and deleting traffic histories."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import marshmallow as ma
from sqlalchemy.exc import IntegrityError

from service.events import service as events
from service.kit import ids
from service.kit.db.transaction import Transaction
from service.kit.http import etags
from service.kit.http.problems import CONFLICT, FieldError, Problem, define, invalid, or_not_found
from service.traffic_histories import queries
from service.traffic_histories.models import HistoryChunk, StoredHistory
from service.traffic_histories.reading.process import EncodedHistory
from service.traffic_histories.upload import Upload
from service.workloads import queries as workload_queries
from service.workloads import service as workloads
from service.workloads.models import Workload
from service.workloads.schemas import NewWorkloadSchema

IN_USE = define(
    "traffic-history-in-use",
    409,
    "Traffic history in use",
    "An evaluation stands on this traffic history, and evaluations can be run again. It stays for as long as they do.",
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A history out of an upload. key: the value it was split by. created: whether it was not there before."""

    key: str | None
    history: StoredHistory
    created: bool


def get(tx: Transaction, history_id: str) -> StoredHistory:
    """Return a history of the organization. Raises Problem 404."""
    return or_not_found(queries.history(tx.session, tx.organization_id, history_id), "No traffic history has this id.")


def keep(tx: Transaction, workload_id: str, upload: Upload) -> Kept:
    """Store the one history of an upload under a workload. Raises Problem 404."""
    workload = workloads.get(tx, workload_id)
    return _keep(tx, workload, upload.encoded.histories[0], upload)


def keep_split(tx: Transaction, upload: Upload) -> Sequence[Kept]:
    """Store the histories of a split upload, each under the workload named as its key; make those that are not there.

    Raises Problem 409 where several workloads have the name, 422 where a key cannot be a name.
    """
    return [_keep(tx, _workload_named(tx, encoded.key or ""), encoded, upload) for encoded in upload.encoded.histories]


def delete(tx: Transaction, history_id: str) -> None:
    """Delete a history. Raises Problem 404, 409 where an evaluation stands on it, 412 and 428."""
    history = get(tx, history_id)
    etags.require_match(history)
    events.append(tx, "traffic_history.deleted", history.id, before=_facts(history))
    try:
        with tx.session.begin_nested():
            queries.delete_chunks(tx.session, tx.organization_id, history.id)
            queries.delete_standing(tx.session, tx.organization_id, history.id)
            tx.session.delete(history)
    except IntegrityError as error:
        # Whatever stands on a history says so with a foreign key; the database knows them all.
        raise Problem(IN_USE, "An evaluation stands on this traffic history; it cannot be deleted.") from error


def _keep(tx: Transaction, workload: Workload, encoded: EncodedHistory, upload: Upload) -> Kept:
    same = queries.same_content(tx.session, tx.organization_id, workload.id, encoded.facts.digest)
    if same is not None:
        return Kept(encoded.key, same, created=False)
    facts = asdict(encoded.facts)
    history = StoredHistory(
        id=ids.new("th"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        workload_id=workload.id,
        source=upload.source | {"key": encoded.key},
        report=upload.encoded.report,
        **facts | {"columns": list(encoded.facts.columns)},
    )
    tx.session.add(history)
    tx.session.flush()
    for ordinal, (rows, data) in enumerate(encoded.blobs()):
        chunk = HistoryChunk(traffic_history_id=history.id, ordinal=ordinal, organization_id=tx.organization_id)
        chunk.rows, chunk.data = rows, data
        tx.session.add(chunk)
        tx.session.flush()
        tx.session.expunge(chunk)
    events.append(tx, "traffic_history.created", history.id, after=_facts(history))
    return Kept(encoded.key, history, created=True)


def _workload_named(tx: Transaction, name: str) -> Workload:
    named = workload_queries.workloads(tx).where(Workload.name == name).limit(2)
    found = tx.session.scalars(named).all()
    if len(found) > 1:
        raise Problem(CONFLICT, f"Several workloads are named {name!r}; rename all but one.")
    if found:
        return found[0]
    try:
        facts = NewWorkloadSchema().load({"name": name, "model": name})
    except ma.ValidationError as error:
        detail = f"{name[:60]!r} cannot be the name of a workload; split by another column."
        raise invalid(FieldError("/split_by", "invalid", detail, "query")) from error
    return workloads.create(tx, facts)


def _facts(history: StoredHistory) -> dict[str, Any]:
    return {"workload_id": history.workload_id, "digest": history.digest, "rows": history.rows}
