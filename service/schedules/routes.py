"""Calls of schedules."""

from typing import Any

from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, page, page_of
from service.schedules import queries, service
from service.schedules.models import Schedule
from service.schedules.schemas import ChangedScheduleSchema, NewScheduleSchema, ScheduleSchema, SchedulesQuery
from service.schedules.service import Shown

blueprint = Resource("schedules", __name__, description="Evaluations that the clock asks for.")

READ, WRITE = "evaluations:read", "evaluations:write"

ONE = "/schedules/<id(sc):schedule_id>"


@blueprint.endpoint("GET", "/schedules", scope=READ, query=SchedulesQuery, returns=page_of(ScheduleSchema))
def list_schedules(tx: Transaction, query: dict[str, Any]) -> Page[Shown]:
    """List schedules, newest first."""
    found = page(tx, queries.schedules(tx, query), (Schedule.created_at, Schedule.id), query)
    return Page([Shown(tx, schedule) for schedule in found.items], found.next_cursor)


@blueprint.endpoint("POST", "/schedules", scope=WRITE, body=NewScheduleSchema, status=201, returns=ScheduleSchema)
def create_schedule(tx: Transaction, body: dict[str, Any]) -> tuple[Shown, int, dict[str, str]]:
    """Have a workload evaluated every week or month, on its current history and the prices in force then."""
    schedule = service.create(tx, body)
    tx.session.flush()
    return Shown(tx, schedule), 201, {"Location": f"/v1/schedules/{schedule.id}"}


@blueprint.endpoint("GET", ONE, scope=READ, returns=ScheduleSchema)
def get_schedule(tx: Transaction, schedule_id: str) -> Shown:
    """Return a schedule, when it is due next, and what came of it the last time."""
    return Shown(tx, service.get(tx, schedule_id))


@blueprint.endpoint("PATCH", ONE, scope=WRITE, body=ChangedScheduleSchema, returns=ScheduleSchema, guarded=True)
def change_schedule(tx: Transaction, schedule_id: str, body: dict[str, Any]) -> Shown:
    """Replace the facts given, keep the others."""
    schedule = service.change(tx, schedule_id, body)
    tx.session.flush()
    return Shown(tx, schedule)


@blueprint.endpoint("DELETE", ONE, scope=WRITE, status=204, guarded=True)
def delete_schedule(tx: Transaction, schedule_id: str) -> None:
    """Delete a schedule. What it asked for stays."""
    service.delete(tx, schedule_id)
