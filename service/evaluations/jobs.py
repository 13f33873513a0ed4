"""The job that computes an evaluation."""

from service.evaluations import queries, service
from service.evaluations.document import Inputs
from service.evaluations.engine import Materials, answer_of
from service.evaluations.inputs import materials_of
from service.kit.db.transaction import Transaction
from service.kit.jobs.worker import Finish, Task

SHARES = {
    "load": (0.0, 0.05),
    "measure": (0.05, 0.1),
    "compute": (0.1, 0.55),
    "compare": (0.55, 0.98),
    "decide": (0.98, 1),
}
"""Where each phase begins and ends, as shares of the whole work."""


def run(task: Task) -> Finish:
    """Compute the evaluation the task works for; its answer is written once, by whoever holds the task at the end."""
    task.progress("load", 0.0)
    with task.reading() as tx:
        if queries.result(tx, task.resource_id) is not None:
            return lambda _: None
        materials = _load(tx, task.resource_id)

    def progress(phase: str, share: float) -> None:
        """Note a phase's progress as the whole job's."""
        begin, end = SHARES[phase]
        task.progress(phase, begin + (end - begin) * share)

    answer = answer_of(materials, progress)

    def finish(tx: Transaction) -> None:
        """Store the answer."""
        service.complete(tx, task.resource_id, answer)

    return finish


def _load(tx: Transaction, evaluation_id: str) -> Materials:
    return materials_of(tx, Inputs.of(service.get(tx, evaluation_id).inputs))
