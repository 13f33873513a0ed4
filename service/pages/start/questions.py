"""The five questions: what a form of them asks for, as an API user would, and which field a fault belongs to."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import marshmallow as ma

from service.evaluations.schemas import NewEvaluationSchema
from service.kit.http import strict_json
from service.kit.http.problems import FieldError, Problem, invalid
from service.kit.http.query import schema_errors
from service.pages.start import knobs
from service.policies.policy_schema import merged

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

Form = Mapping[str, str]


def loaded(form: Form, sheets: Sequence[str]) -> Json:
    """Return the request for an evaluation that a form says; sheets: those that are ticked. Raises Problem 422."""
    try:
        asked: Json = NewEvaluationSchema().load(_request(form, sheets))
    except ma.ValidationError as error:
        raise invalid(*schema_errors(error)) from error
    return asked


def _request(form: Form, sheets: Sequence[str]) -> Json:
    """Return the body that an API user would send for this form."""
    base = form.get("base", "")
    asked: Json = {"policy": merged(knobs.said(form), _answers(form), _further(form))}
    if base.startswith("po_"):
        asked["policy_id"] = base
    elif base:
        asked["preset"] = base
    if form.get("history"):
        asked["traffic_history_id"] = form["history"]
    if "sheets_shown" in form:
        chosen = [pin.partition(":") for pin in sheets]
        if not chosen:
            raise invalid(FieldError("/price_sheet_versions", "required", "Choose at least one price sheet."))
        asked["price_sheet_versions"] = [{"id": pin[0], "version": _whole(pin[2])} for pin in chosen]
    return asked


def _answers(form: Form) -> Json:
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


def _number(form: Form, name: str) -> Decimal | None:
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


def _further(form: Form) -> Json:
    """Return the further knobs that were written out as JSON."""
    text = form.get("further", "").strip()
    if not text:
        return {}
    found = strict_json.loads(text.encode())
    if not isinstance(found, dict):
        raise invalid(FieldError("/policy", "invalid", 'Write a JSON object, such as {"traffic_factor": "1.5"}.'))
    return found


def faults(problem: Problem | None, form: Form) -> Iterator[tuple[str, str]]:
    """Yield field and fault of a refused form; what belongs to no question is of its knob, else of the further ones."""
    if problem is None:
        return
    for fault in problem.errors:
        where = knobs.field_of(fault.pointer, form)
        if where is None:
            where = next((field for pointer, field in FIELDS.items() if fault.pointer.startswith(pointer)), "further")
        yield where, fault.detail if where != "further" else f"{fault.pointer}: {fault.detail}"
