"""The last step: what matters, in five questions, and the evaluation that is asked for with the answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import Any

import marshmallow as ma
from flask import Blueprint, render_template, request

from service.evaluations import service
from service.evaluations.inputs import Plan, plan
from service.evaluations.looking import looking
from service.evaluations.schemas import NewEvaluationSchema
from service.kit.db.transaction import Actor, Transaction
from service.kit.http import strict_json
from service.kit.http.problems import FieldError, Problem, invalid
from service.kit.http.query import schema_errors
from service.pages import door
from service.policies import queries as policies
from service.policies.policy_schema import merged
from service.policies.presets import PRESETS
from service.workloads import service as workloads

POLICY = "/start/<id(wl):workload_id>/policy"

FIELDS = {
    "/policy/latency/target_ms": "first_token_seconds",
    "/policy/latency/value_per_slow_request": "slow_request",
    "/policy/max_term_months": "months",
    "/policy/isolation/required/residency": "residency",
    "/policy/margin": "margin",
    "/preset": "base",
    "/policy_id": "base",
    "/price_sheet_versions": "sheet",
    "/traffic_history_id": "history",
}
"""Which field of the form a fault of the request belongs to."""

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add the page of questions, and what takes the answers."""
    door.page(blueprint, POLICY, "evaluations:write", ask)
    door.form(blueprint, POLICY, "evaluations:write", evaluate, prepare=_planned, again=ask)


def ask(tx: Transaction, workload_id: str, form: Json | None = None, problem: Problem | None = None) -> str:
    """Ask what matters."""
    return render_template(
        "start_policy.html",
        workload=workloads.get(tx, workload_id),
        presets=PRESETS.values(),
        policies=list(tx.session.scalars(policies.newest(tx))),
        sheets=request.form.getlist("sheet") if form is not None else request.args.getlist("sheet"),
        form=form or request.args.to_dict(),
        problem=problem,
        faults=dict(_faults(problem)),
    )


def evaluate(tx: Transaction, form: Json, workload_id: str, prepared: Plan) -> str:  # noqa: ARG001 - in the plan
    """Ask for the evaluation; lead to its page, which shows how far it is until it is the report."""
    return f"/evaluations/{service.ask(tx, prepared).evaluation.id}"


@contextmanager
def _planned(actor: Actor, form: Json, workload_id: str) -> Iterator[Plan]:
    """Pin what the form names. Raises Problem 409 and 422."""
    asked = _request(form)
    try:
        loaded = NewEvaluationSchema().load(asked)
    except ma.ValidationError as error:
        raise invalid(*schema_errors(error)) from error
    with looking(actor) as tx:
        yield plan(tx, workload_id, loaded)


def _request(form: Json) -> Json:
    """Return the body that an API user would send for this form."""
    base = form.get("base", "")
    asked: Json = {"policy": merged(_answers(form), _further(form))}
    if base.startswith("po_"):
        asked["policy_id"] = base
    elif base:
        asked["preset"] = base
    if form.get("history"):
        asked["traffic_history_id"] = form["history"]
    if "sheets_shown" in form:
        chosen = [pin.partition(":") for pin in request.form.getlist("sheet")]
        if not chosen:
            raise invalid(FieldError("/price_sheet_versions", "required", "Choose at least one price sheet."))
        asked["price_sheet_versions"] = [{"id": pin[0], "version": _whole(pin[2])} for pin in chosen]
    return asked


def _answers(form: Json) -> Json:
    """Return what the questions that were answered say, as a policy; what was left empty says nothing."""
    policy: Json = {}
    latency: Json = {}
    seconds = _number(form, "first_token_seconds")
    if seconds is not None:
        latency |= {"metric": "first_token", "percentile": 95, "target_ms": float(seconds * 1000)}
        latency["strict"] = "strict" in form
    slow = _number(form, "slow_request")
    if slow is not None:
        latency["value_per_slow_request"] = f"{slow:f}"
    if latency:
        policy["latency"] = latency
    months = _number(form, "months")
    if months is not None:
        policy["max_term_months"] = _whole(f"{months:f}")
    margin = _number(form, "margin")
    if margin is not None:
        policy["margin"] = f"{margin / 100:f}"
    required: Json = {"tenancy": "dedicated"} if "tenancy" in form else {}
    if "version_pinning" in form:
        required["version_pinning"] = True
    places = [place.strip() for place in form.get("residency", "").split(",") if place.strip()]
    if places:
        required["residency"] = places
    if required:
        policy["isolation"] = {"required": required}
    if "provisional" in form:
        policy["sufficiency"] = {"allow_provisional": True}
    return policy


def _number(form: Json, name: str) -> Decimal | None:
    text = form.get(name, "").strip().replace(",", ".")
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise _not_a_number(name, text) from error
    if not value.is_finite() or abs(value.adjusted()) > 12:
        raise _not_a_number(name, text)
    return value


def _not_a_number(name: str, text: str) -> Problem:
    pointer = next(pointer for pointer, field in FIELDS.items() if field == name)
    return invalid(FieldError(pointer, "invalid", f"{text!r} is not a number such as 1.5."))


def _whole(text: str) -> int:
    """Return a whole number; -1 for anything else, which the schema refuses."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return -1
    return int(value) if value == value.to_integral_value() else -1


def _further(form: Json) -> Json:
    """Return the further knobs that were written out as JSON."""
    text = form.get("further", "").strip()
    if not text:
        return {}
    found = strict_json.loads(text.encode())
    if not isinstance(found, dict):
        raise invalid(FieldError("/policy", "invalid", 'Write a JSON object, such as {"traffic_factor": "1.5"}.'))
    return found


def _faults(problem: Problem | None) -> Iterator[tuple[str, str]]:
    """Yield field and fault of a refused form; what belongs to no question is of the further knobs."""
    if problem is None:
        return
    for fault in problem.errors:
        where = next((field for pointer, field in FIELDS.items() if fault.pointer.startswith(pointer)), "further")
        yield where, fault.detail if where != "further" else f"{fault.pointer}: {fault.detail}"
