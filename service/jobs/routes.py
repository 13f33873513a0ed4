"""Calls of jobs."""

from typing import Any

from service.jobs import service
from service.jobs.schemas import JobSchema, JobsQuery
from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, page, page_of
from service.kit.http.problems import CONFLICT
from service.kit.jobs.queue import Job

blueprint = Resource("jobs", __name__, description="Work that outlives its requests: what waits, runs and has failed.")

READ, WRITE = "evaluations:read", "evaluations:write"

ONE = "/jobs/<id(job):job_id>"


@blueprint.endpoint("GET", "/jobs", scope=READ, query=JobsQuery, returns=page_of(JobSchema))
def list_jobs(tx: Transaction, query: dict[str, Any]) -> Page[dict[str, Any]]:
    """List the organization's jobs, newest first."""
    found = page(tx, service.jobs(tx, query), (Job.created_at, Job.id), query)
    return Page([service.shown(job) for job in found.items], found.next_cursor)


@blueprint.endpoint("GET", ONE, scope=READ, returns=JobSchema)
def get_job(tx: Transaction, job_id: str) -> dict[str, Any]:
    """Return a job as it stands."""
    return service.shown(service.get(tx, job_id))


@blueprint.endpoint("DELETE", ONE, scope=WRITE, status=204, problems=[CONFLICT])
def cancel_job(tx: Transaction, job_id: str) -> None:
    """Cancel a job that computes an evaluation or pulls traffic, while it is queued or running.

    A statement that runs in a warehouse is interrupted there, and nothing of it is kept.
    """
    service.cancel(tx, job_id)
