"""What a schedule does when it is due: ask for an evaluation of what is newest, by a job of its own."""

from datetime import datetime

from sqlalchemy.orm import Session

from service.evaluations import service as evaluations
from service.evaluations.inputs import NEWEST, plan
from service.kit.db.transaction import Actor, Transaction
from service.kit.jobs import queue
from service.kit.jobs.worker import Chore, Finish, Task
from service.schedules import queries, service
from service.schedules.models import Schedule, ScheduledRun

JOB = "schedule"
"""Kind of the jobs that ask for an evaluation."""

AT_ONCE = 100


def run(task: Task) -> Finish:
    """Ask for the evaluation; where nothing has changed since the last one, that one is the answer.

    Raises Problem where it cannot be made: the schedule shows why, and tries again when it is due next.
    """
    with task.reading() as tx:
        schedule = service.get(tx, task.resource_id)
        planned = plan(tx, schedule.workload_id, schedule.policy_choice | NEWEST)

    def finish(tx: Transaction) -> None:
        """Queue it, and note which it is."""
        asked = evaluations.ask(tx, planned)
        made = queries.last_run(tx, task.resource_id)
        if made is not None and made.job_id == task.id:
            made.evaluation_id = asked.evaluation.id

    return finish


def _is_due(session: Session, now: datetime) -> bool:
    return session.scalar(queries.due(now).with_only_columns(Schedule.id).limit(1)) is not None


def _ask(session: Session, now: datetime) -> None:
    for schedule in session.scalars(queries.due(now).limit(AT_ONCE)).all():
        tx = Transaction(session, Actor(schedule.organization_id, "job", schedule.id), now, schedule.id)
        made = queries.last_run(tx, schedule.id) or ScheduledRun(
            schedule_id=schedule.id, organization_id=schedule.organization_id
        )
        made.due_at, made.evaluation_id = schedule.next_at, None
        made.job_id = queue.enqueue(tx, JOB, {}, resource_id=schedule.id).id
        tx.session.add(made)
        service.plan_next(tx, schedule)


DUE = Chore(_is_due, _ask, 10.0)
"""Gives schedules that are due a job; one that was missed while nothing ran is due once."""
