"""Making, changing and deleting schedules."""

from dataclasses import dataclass
from typing import Any, cast

from service.evaluations.inputs import CHOICE, effective_policy
from service.events import service as events
from service.kit import ids
from service.kit.db.models import Over
from service.kit.db.transaction import Transaction
from service.kit.http import etags
from service.kit.http.problems import FieldError, invalid, or_not_found
from service.kit.jobs import queue
from service.schedules import queries
from service.schedules.calendar import Every, next_due
from service.schedules.models import Schedule
from service.schedules.schemas import DAYS, no_such_day
from service.workloads import service as workloads

FACTS = ("workload_id", "every", "day", "at", "zone", "paused", "policy_choice")
"""What a user says of a schedule, as its columns are named."""


@dataclass(frozen=True, slots=True)
class Shown(Over[Schedule]):
    """A schedule with what came of it the last time, as ScheduleSchema dumps it."""

    tx: Transaction
    row: Schedule

    @property
    def etag(self) -> str:
        """The tag of what people change; when it is due changes by itself."""
        return f"{self.row.etag}-{self.row.next_at.timestamp():.0f}"

    @property
    def next_at(self) -> Any:  # noqa: ANN401 - a time or None
        """When it is due, None while it is paused."""
        return None if self.row.paused else self.row.next_at

    @property
    def last_run(self) -> dict[str, Any] | None:
        """The last time it was due."""
        run = queries.last_run(self.tx, self.row.id)
        if run is None:
            return None
        job = queue.of_resource(self.tx, self.row.id)
        asked = None if job is None or job.id != run.job_id else job
        return {
            "due_at": run.due_at,
            "job_id": run.job_id,
            "state": None if asked is None else asked.state,
            "evaluation_id": run.evaluation_id,
            "error": None if asked is None else asked.error,
        }


def get(tx: Transaction, schedule_id: str) -> Schedule:
    """Return a schedule of the organization. Raises Problem 404."""
    return or_not_found(queries.schedule(tx, schedule_id), "No schedule has this id.")


def create(tx: Transaction, said: dict[str, Any]) -> Schedule:
    """Add a schedule. Raises Problem 404 for a workload and 422 for a policy that is not there."""
    workload = workloads.get(tx, said["workload_id"])
    choice = {name: said[name] for name in CHOICE}
    effective_policy(tx, workload, choice)
    schedule = Schedule(
        id=ids.new("sc"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        updated_at=tx.now,
        policy_choice=choice,
        **{name: said[name] for name in FACTS if name in said},
    )
    plan_next(tx, schedule)
    tx.session.add(schedule)
    events.append(tx, "schedule.created", schedule.id, after=facts(schedule))
    return schedule


def change(tx: Transaction, schedule_id: str, said: dict[str, Any]) -> Schedule:
    """Replace the facts given, keep the others; it is due next as it says then. Raises Problem 404, 412, 428, 422."""
    schedule = get(tx, schedule_id)
    etags.require_match(Shown(tx, schedule))
    before = facts(schedule)
    for name, value in said.items():
        setattr(schedule, name, value)
    if schedule.day > DAYS[schedule.every]:
        raise invalid(FieldError("/day", "no_such_day", no_such_day(schedule.every)))
    if facts(schedule) == before:
        return schedule
    schedule.updated_at = tx.now
    plan_next(tx, schedule)
    events.append(tx, "schedule.changed", schedule.id, before=before, after=facts(schedule))
    return schedule


def delete(tx: Transaction, schedule_id: str) -> None:
    """Delete a schedule; evaluations it asked for stay. Raises Problem 404, 412 and 428."""
    schedule = get(tx, schedule_id)
    etags.require_match(Shown(tx, schedule))
    schedule.deleted_at = tx.now
    events.append(tx, "schedule.deleted", schedule.id, before=facts(schedule))


def plan_next(tx: Transaction, schedule: Schedule) -> None:
    """Set when the schedule is due next, from now on: what was missed meanwhile is not made up for."""
    every = cast("Every", schedule.every)
    schedule.next_at = next_due(every, schedule.day, schedule.at, schedule.zone, tx.now)


def facts(schedule: Schedule) -> dict[str, Any]:
    """Return what a user says of a schedule, as JSON values."""
    return {name: getattr(schedule, name) for name in FACTS}
