"""The second step: what the traffic is like, and what was read of the file, ignored, guessed and left out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import marshmallow as ma
from flask import Blueprint, Response, render_template, request

from service.kit import clock
from service.kit.app_context import runtime
from service.kit.db.transaction import Actor, Transaction
from service.kit.http.problems import FieldError, invalid
from service.kit.http.query import schema_errors
from service.kit.zones import zone_names
from service.pages import door
from service.pages.start.found import found_so_far
from service.pages.start.read_file import read_file
from service.price_sheets import queries as price_sheets
from service.reports.measured import measured_body
from service.traffic_histories import queries
from service.traffic_histories.profiling import Measured, measured
from service.workloads import service as workloads
from service.workloads.schemas import ChangedWorkloadSchema

SHAPE = "/start/<id(wl):workload_id>/traffic"

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add the page, and the form that corrects model and zone."""
    door.page(blueprint, SHAPE, "traffic_histories:read", show_shape, prepare=_measured)
    door.form(blueprint, SHAPE, "workloads:write", correct)


@contextmanager
def _measured(actor: Actor, workload_id: str) -> Iterator[Measured | None]:
    """Measure the history that the address names, else the newest; give None where there is none."""
    with runtime().database.reading() as session:
        workloads.get(Transaction(session, actor, clock.now(), ""), workload_id)
        named = queries.history(session, actor.organization_id, request.args.get("history", ""))
        if named is None or named.workload_id != workload_id:
            named = queries.current(session, actor.organization_id, workload_id)
    if named is None:
        yield None
        return
    with measured(actor, named.id) as found:
        yield found


def show_shape(tx: Transaction, workload_id: str, prepared: Measured | None) -> str | Response:
    """Show what the traffic is like and what was read; without traffic, lead to where it is added."""
    if prepared is None:
        return door.to(f"/workloads/{workload_id}/traffic")
    workload = workloads.get(tx, workload_id)
    history = prepared.history
    return render_template(
        "start_shape.html",
        workload=workload,
        body=None if prepared.measurement is None else measured_body(prepared.measurement, prepared.over_time or {}),
        lacking=prepared.lacking,
        read=read_file(history.report),
        zones=sorted(zone_names()),
        models=sorted(price_sheets.models_in_force(tx.session, tx.organization_id, tx.now)),
        may_write="workloads:write" in tx.actor.scopes,
        history_id=history.id,
        found=found_so_far(tx, workload_id),
    )


def correct(tx: Transaction, form: Json, workload_id: str) -> str:
    """Change the model and the zone of a workload."""
    workload = workloads.get(tx, workload_id)
    try:
        facts = ChangedWorkloadSchema().load({name: form.get(name, "").strip() for name in ("model", "zone")})
    except ma.ValidationError as error:
        raise invalid(*schema_errors(error)) from error
    if form.get("version") != str(workload.version):
        changed = FieldError("/version", "changed", "Somebody changed the workload meanwhile; look at it again.")
        raise invalid(changed)
    workloads.set_facts(tx, workload, facts)
    return f"/start/{workload_id}/traffic"
