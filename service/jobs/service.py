"""Finding jobs of an organization, and stopping those that can be."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from service.evaluations import service as evaluations
from service.kit.db.transaction import Transaction
from service.kit.http.problems import CONFLICT, Problem, or_not_found
from service.kit.jobs.queue import Job
from service.traffic_sources import asking as pulls

SHOWN = (
    "id", "kind", "resource_id", "attempt", "phase", "share", "error", "created_at", "started_at", "finished_at",
)  # fmt: skip

CANCELLED: Mapping[str, Callable[[Transaction, str], None]] = {
    evaluations.JOB: evaluations.cancel,
    pulls.JOB: pulls.cancel,
}
"""Kinds of jobs that can be cancelled, and what does it to what such a job works for."""


def jobs(tx: Transaction, filters: Mapping[str, Any]) -> Select[Job]:
    """Return the statement of the organization's jobs that fit the filters that are not None."""
    statement = select(Job).where(Job.organization_id == tx.organization_id)
    if filters["kind"] is not None:
        statement = statement.where(Job.kind == filters["kind"])
    if filters["evaluation_id"] is not None:
        statement = statement.where(Job.resource_id == filters["evaluation_id"])
    return statement if filters["state"] is None else statement.where(_stands(filters["state"]))


def shown(job: Job) -> dict[str, Any]:
    """Return the values that JobSchema dumps: a job that is about to be stopped counts as cancelled."""
    return {name: getattr(job, name) for name in SHOWN} | {"state": job.shown_state}


def get(tx: Transaction, job_id: str) -> Job:
    """Return a job of the organization. Raises Problem 404."""
    return or_not_found(
        tx.session.scalar(select(Job).where(Job.organization_id == tx.organization_id, Job.id == job_id)),
        "No job has this id; finished ones are forgotten after a while.",
    )


def cancel(tx: Transaction, job_id: str) -> None:
    """Stop a job of CANCELLED. Raises Problem 404, and 409 for one that is over or of another kind."""
    job = get(tx, job_id)
    if job.kind not in CANCELLED:
        detail = (
            "Only jobs that compute an evaluation or pull traffic can be cancelled; "
            f"this one ({job.kind}) ends by itself."
        )
        raise Problem(CONFLICT, detail)
    if job.is_over:
        raise Problem(CONFLICT, f"The job is already {job.shown_state}; it cannot be cancelled any more.")
    CANCELLED[job.kind](tx, job.resource_id)


def _stands(state: str) -> ColumnElement[bool]:
    if state == "cancelled":
        return or_(Job.state == state, Job.cancel_requested)
    return and_(Job.state == state, ~Job.cancel_requested)
