"""The first step: a traffic file, for a new workload or for one that is there."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import marshmallow as ma
from flask import Blueprint, render_template, request

from service.kit import clock
from service.kit.app_context import runtime
from service.kit.db.transaction import Actor, Transaction
from service.kit.http import json_body
from service.kit.http.problems import CONFLICT, FieldError, Problem, invalid
from service.kit.http.query import schema_errors
from service.kit.zones import zone_names
from service.model_names import service as model_names
from service.pages import door
from service.pages.start import file_words
from service.pages.start.found import found_so_far
from service.price_sheets import queries as price_sheets
from service.traffic_histories import service
from service.traffic_histories.upload import Upload, filed
from service.workloads import queries
from service.workloads import service as workloads
from service.workloads.models import Workload
from service.workloads.schemas import NewWorkloadSchema

WRITE = "traffic_histories:write"
OF_WORKLOAD = "/workloads/<id(wl):workload_id>/traffic"

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add the form and what takes it, for new workloads and those that are there."""
    door.page(blueprint, "/start", WRITE, start)
    door.form(blueprint, "/start", WRITE, create_workload, prepare=_new, again=start, most=_most)
    door.page(blueprint, OF_WORKLOAD, WRITE, show_traffic_form)
    door.form(blueprint, OF_WORKLOAD, WRITE, add_traffic, prepare=_more, again=show_traffic_form, most=_most)


def start(tx: Transaction, form: Json | None = None, problem: Problem | None = None) -> str:
    """Ask for a file, a name and a model."""
    return _page(tx, None, form or {}, problem)


def create_workload(tx: Transaction, form: Json, prepared: tuple[Json, Upload]) -> str:  # noqa: ARG001 - in prepared
    """Store the workload and its traffic; lead to what the traffic is like."""
    facts, upload = prepared
    return kept(tx, named(tx, facts), upload)


def show_traffic_form(
    tx: Transaction, workload_id: str, form: Json | None = None, problem: Problem | None = None
) -> str:
    """Ask for a file of a workload that is there."""
    return _page(tx, workloads.get(tx, workload_id), form or {}, problem)


def add_traffic(tx: Transaction, form: Json, workload_id: str, prepared: Upload) -> str:  # noqa: ARG001
    """Store the traffic of a workload; lead to what it is like."""
    return kept(tx, workloads.get(tx, workload_id), prepared)


def _most() -> int:
    return runtime().uploads.max_bytes + json_body.CHUNK


@contextmanager
def _new(_actor: Actor, form: Json) -> Iterator[tuple[Json, Upload]]:
    """Read the file for a new workload. Raises Problem 422 at what is missing, all of it at once."""
    try:
        facts: Json = NewWorkloadSchema().load({name: form.get(name, "").strip() for name in ("name", "model")})
    except ma.ValidationError as error:
        raise invalid(*schema_errors(error)) from error
    with _file(form, [facts["model"]]) as upload:
        yield facts, upload


@contextmanager
def _more(actor: Actor, form: Json, workload_id: str) -> Iterator[Upload]:
    with runtime().database.reading() as session:
        tx = Transaction(session, actor, clock.now(), "")
        asked = model_names.asked(tx, workloads.get(tx, workload_id).model)
    with _file(form, asked) as upload:
        yield upload


@contextmanager
def _file(form: Json, asked: Sequence[str]) -> Iterator[Upload]:
    words = file_words.words_of(form)
    file = request.files.get("file")
    if file is None or not file.filename:
        raise invalid(FieldError("/file", "required", "Choose the file with your traffic."))
    with filed(file.stream, words, asked) as upload:
        yield upload


def named(tx: Transaction, facts: Json) -> Workload:
    """Return the workload of this name, a new one where there is none. Raises Problem 409 for another model's."""
    named = tx.session.scalars(queries.workloads(tx).where(Workload.name == facts["name"]).limit(2)).all()
    if not named:
        return workloads.create(tx, facts)
    if len(named) > 1 or named[0].model.casefold() != facts["model"].casefold():
        detail = f"There is a workload {facts['name']!r} already, for {named[0].model}. Choose another name."
        raise Problem(CONFLICT, detail, errors=[FieldError("/name", "taken", detail)])
    return named[0]


def kept(tx: Transaction, workload: Workload, upload: Upload) -> str:
    """Store what was read as traffic of a workload; return the address of what it is like."""
    tx.session.flush()
    kept = service.keep(tx, workload.id, upload)
    return f"/start/{workload.id}/traffic?history={kept.history.id}"


def _page(tx: Transaction, workload: Workload | None, form: Json, problem: Problem | None) -> str:
    shown, refused = file_words.asked(form, problem), file_words.refused_of(problem)
    faults = {} if problem is None else {fault.pointer.removeprefix("/"): fault.detail for fault in problem.errors}
    return render_template(
        "start_traffic.html",
        workload=workload,
        form=form,
        problem=problem,
        faults=faults,
        said="" if problem is None else file_words.sentence(problem),
        rejects=() if refused is None else refused.rejects,
        words=shown,
        more=file_words.usual(form, shown),
        zones=sorted(zone_names()),
        models=sorted(price_sheets.models_in_force(tx.session, tx.organization_id, tx.now)),
        most=runtime().uploads.max_bytes,
        found={} if workload is None else found_so_far(tx, workload.id),
    )
