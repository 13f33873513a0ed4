"""The job that computes the difference of two evaluations, and the rows it leaves.

Neither end ever changes, so it is computed once by an engine; until then a page shows how far it is.
"""

from typing import Any

from sqlalchemy import select

from service import ENGINE_VERSION
from service.evaluations.comparisons.diffing import MOST_POINTS, between, require_one_currency
from service.evaluations.comparisons.models import Difference
from service.evaluations.comparisons.sides import side_of
from service.evaluations.engine import Materials, answer_of
from service.kit.db.transaction import Transaction
from service.kit.jobs import queue
from service.kit.jobs.queue import Job
from service.kit.jobs.worker import Finish, Task
from service.workflow.document import Answer

JOB = "difference"
"""Kind of the jobs that compute differences."""

Json = dict[str, Any]


def found(tx: Transaction, before_id: str, after_id: str) -> Json | None:
    """Return the difference of two evaluations as this engine computed it, None where that is still to come."""
    statement = select(Difference.content).where(
        Difference.organization_id == tx.organization_id,
        Difference.before_id == before_id,
        Difference.after_id == after_id,
        Difference.engine_version == ENGINE_VERSION,
    )
    return tx.session.scalar(statement)


def under_way(tx: Transaction, before_id: str, after_id: str) -> Job | None:
    """Return the latest job that computes a difference."""
    return queue.of_resource(tx, _resource(before_id, after_id))


def ask(tx: Transaction, before_id: str, after_id: str) -> None:
    """Have a difference computed, unless it is there or under way."""
    job = under_way(tx, before_id, after_id)
    if found(tx, before_id, after_id) is None and (job is None or job.is_over):
        ends = {"before_id": before_id, "after_id": after_id}
        queue.enqueue(tx, JOB, ends, resource_id=_resource(before_id, after_id))


def run(task: Task) -> Finish:
    """Compute the difference the task works for, unless it is there."""
    task.progress("load", 0.0)
    before_id, after_id = task.arguments["before_id"], task.arguments["after_id"]
    with task.reading() as tx:
        if found(tx, before_id, after_id) is not None:
            return lambda _: None
        before, after = side_of(tx, before_id), side_of(tx, after_id)
    require_one_currency(before, after)
    computed = 0

    def compute(materials: Materials) -> Answer:
        """Compute a point of the path, noting how far the whole is."""
        nonlocal computed
        share = computed / MOST_POINTS
        answer = answer_of(materials, lambda _, part: task.progress("compare", share + part / MOST_POINTS))
        computed += 1
        return answer

    content = between(before, after, compute)

    def finish(tx: Transaction) -> None:
        """Keep it, unless another job has brought it meanwhile."""
        if found(tx, before_id, after_id) is None:
            tx.session.add(
                Difference(
                    organization_id=tx.organization_id,
                    before_id=before_id,
                    after_id=after_id,
                    engine_version=ENGINE_VERSION,
                    created_at=tx.now,
                    content=content,
                )
            )

    return finish


def _resource(before_id: str, after_id: str) -> str:
    return f"{before_id}~{after_id}"
