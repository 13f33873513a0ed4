"""Queries on evaluations."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, select, tuple_
from sqlalchemy.orm import aliased

from service.evaluations.models import EvaluationResult, EvaluationSheet, StoredEvaluation
from service.kit.db.transaction import Transaction
from service.kit.jobs.queue import Job
from service.workloads.models import Workload


def evaluations(tx: Transaction, filters: Mapping[str, Any]) -> Select[StoredEvaluation]:
    """Return the statement of the organization's evaluations that fit the filters that are not None.

    filters: mode and digest, of completed ones; created_after (included), created_before; optionally workload_id.
    """
    statement = select(StoredEvaluation).where(StoredEvaluation.organization_id == tx.organization_id)
    if filters.get("workload_id") is not None:
        statement = statement.where(StoredEvaluation.workload_id == filters["workload_id"])
    if filters["created_after"] is not None:
        statement = statement.where(StoredEvaluation.created_at >= filters["created_after"])
    if filters["created_before"] is not None:
        statement = statement.where(StoredEvaluation.created_at < filters["created_before"])
    of_result = {name: filters[name] for name in ("mode", "digest") if filters[name] is not None}
    if of_result:
        statement = statement.join(EvaluationResult, EvaluationResult.evaluation_id == StoredEvaluation.id)
        statement = statement.filter(*(getattr(EvaluationResult, name) == value for name, value in of_result.items()))
    return statement


def evaluation(tx: Transaction, evaluation_id: str) -> StoredEvaluation | None:
    """Return one of the organization's evaluations."""
    return tx.session.scalar(
        select(StoredEvaluation).where(
            StoredEvaluation.organization_id == tx.organization_id, StoredEvaluation.id == evaluation_id
        )
    )


def evaluations_of(tx: Transaction, evaluation_ids: Sequence[str]) -> list[StoredEvaluation]:
    """Return these evaluations."""
    statement = select(StoredEvaluation).where(StoredEvaluation.organization_id == tx.organization_id)
    return list(tx.session.scalars(statement.where(StoredEvaluation.id.in_(evaluation_ids))))


def of_inputs(tx: Transaction, workload_id: str, input_key: str) -> StoredEvaluation | None:
    """Return the workload's evaluation of these inputs."""
    return tx.session.scalar(
        select(StoredEvaluation).where(
            StoredEvaluation.organization_id == tx.organization_id,
            StoredEvaluation.workload_id == workload_id,
            StoredEvaluation.input_key == input_key,
        )
    )


def results(tx: Transaction) -> Select[EvaluationResult]:
    """Return the statement of the organization's results, their content left where it is."""
    return select(EvaluationResult).where(EvaluationResult.organization_id == tx.organization_id)


def result(tx: Transaction, evaluation_id: str) -> EvaluationResult | None:
    """Return the result of an evaluation."""
    return tx.session.scalar(results(tx).where(EvaluationResult.evaluation_id == evaluation_id))


def results_of(tx: Transaction, evaluation_ids: Sequence[str]) -> dict[str, EvaluationResult]:
    """Return the results there are of these evaluations, by evaluation."""
    found = tx.session.scalars(results(tx).where(EvaluationResult.evaluation_id.in_(evaluation_ids)))
    return {result.evaluation_id: result for result in found}


def jobs_of(tx: Transaction, evaluation_ids: Sequence[str]) -> dict[str, Job]:
    """Return the latest job of each of these evaluations, by evaluation."""
    statement = select(Job).where(Job.organization_id == tx.organization_id, Job.resource_id.in_(evaluation_ids))
    return {job.resource_id: job for job in tx.session.scalars(statement.order_by(Job.created_at, Job.id))}


def content(tx: Transaction, evaluation_id: str) -> tuple[str, bytes] | None:
    """Return digest and body of a completed evaluation."""
    named = {"organization_id": tx.organization_id, "evaluation_id": evaluation_id}
    row = tx.session.execute(_CONTENT, named).first()
    return None if row is None else (row[0], row[1])


def last_version(tx: Transaction, workload_id: str) -> int:
    """Return the version of the workload's last answer, 0 without one."""
    statement = select(func.max(EvaluationResult.version)).where(
        EvaluationResult.organization_id == tx.organization_id, EvaluationResult.workload_id == workload_id
    )
    return tx.session.scalar(statement) or 0


def sheets_of(tx: Transaction, evaluation_ids: Sequence[str]) -> list[EvaluationSheet]:
    """Return the price sheet versions that these evaluations stand on."""
    statement = select(EvaluationSheet).where(
        EvaluationSheet.organization_id == tx.organization_id, EvaluationSheet.evaluation_id.in_(evaluation_ids)
    )
    return list(tx.session.scalars(statement))


def standing_on(tx: Transaction, price_sheet_id: str) -> set[str]:
    """Return the workloads whose last answer stands on a price sheet."""
    stands = exists().where(
        EvaluationSheet.evaluation_id == EvaluationResult.evaluation_id,
        EvaluationSheet.organization_id == EvaluationResult.organization_id,
        EvaluationSheet.price_sheet_id == price_sheet_id,
    )
    return set(tx.session.scalars(latest(tx, None).where(stands).with_only_columns(EvaluationResult.workload_id)))


_RESULTS = EvaluationResult.__table__.c

# Built once, on the plain table: it is run more often than any other.
_CONTENT = select(_RESULTS.digest, _RESULTS.content).where(
    _RESULTS.organization_id == bindparam("organization_id"), _RESULTS.evaluation_id == bindparam("evaluation_id")
)


def latest(tx: Transaction, due_by: date | None) -> Select[EvaluationResult]:
    """Return the statement of the last answer of each workload that is still there, due by a day where one is given."""
    later = aliased(EvaluationResult)
    overtaken = exists().where(
        later.workload_id == EvaluationResult.workload_id, later.version > EvaluationResult.version
    )
    present = exists().where(Workload.id == EvaluationResult.workload_id, Workload.deleted_at.is_(None))
    statement = results(tx).where(~overtaken, present)
    return statement if due_by is None else statement.where(EvaluationResult.review_by <= due_by.isoformat())


def unanswered(tx: Transaction) -> Select[StoredEvaluation]:
    """Return the statement of the newest evaluation of each workload, where that has no answer."""
    later = aliased(StoredEvaluation)
    overtaken = exists().where(
        later.workload_id == StoredEvaluation.workload_id,
        tuple_(later.created_at, later.id) > tuple_(StoredEvaluation.created_at, StoredEvaluation.id),
    )
    answered = exists().where(EvaluationResult.evaluation_id == StoredEvaluation.id)
    statement = select(StoredEvaluation).where(StoredEvaluation.organization_id == tx.organization_id)
    return statement.where(~answered, ~overtaken)


def latest_of(tx: Transaction, workload_id: str) -> EvaluationResult | None:
    """Return the last answer of a workload."""
    statement = results(tx).where(EvaluationResult.workload_id == workload_id)
    return tx.session.scalar(statement.order_by(EvaluationResult.version.desc()).limit(1))
