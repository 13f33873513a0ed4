"""Every knob of a policy as a field: what may be typed, what holds where nothing is, and the policy that it says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

import marshmallow as ma

from service.kit.http.fields import Choice, Currency, Flag, Integer, Number, Text
from service.policies.knobs import KNOBS, Knob
from service.policies.policy_fields import Exact, Names
from service.policies.policy_schema import PolicySchema, policy_document, policy_of
from service.reports import words

ASKED = {
    "margin": "By how much must a change pay?",
    "max_term_months": "How long may you be bound?",
    "latency.target_ms": "How soon must the first token come?",
    "latency.strict": "How soon must the first token come?",
    "latency.value_per_slow_request": "What does a slow answer cost you?",
    "isolation.required.tenancy": "Which needs are hard?",
    "isolation.required.version_pinning": "Which needs are hard?",
    "isolation.required.residency": "Which needs are hard?",
    "sufficiency.allow_provisional": "Answer also on too little traffic",
}
"""Knobs that a question sets, each with the question."""

PREFIX = "knob."
"""What the names of the fields begin with."""

YES_NO = (("true", "yes"), ("false", "no"))

Json = dict[str, Any]

Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """A knob as a form shows it. choices: empty where anything may be typed; asked: the question that sets it.

    typed: whether it is a field here; what is neither asked nor typed is written out as JSON.
    """

    name: str
    label: str
    unit: str
    meaning: str
    default: str
    choices: tuple[tuple[str, str], ...]
    asked: str
    typed: bool


def lines() -> Iterator[tuple[str, list[Line]]]:
    """Yield every knob, by what it is about."""
    defaults = policy_document(policy_of({}))
    for about, knobs in KNOBS.items():
        yield about, [_line(knob, defaults) for knob in knobs]


def said(form: Form) -> Json:
    """Return the policy that the fields filled in say; what is no number is passed on for the schema to refuse."""
    policy: Json = {}
    for knobs in KNOBS.values():
        for knob in knobs:
            text = form.get(PREFIX + knob.name, "").strip()
            if text:
                *parts, last = knob.name.split(".")
                here = policy
                for part in parts:
                    here = here.setdefault(part, {})
                here[last] = _value(_field(knob.name), text)
    return policy


def field_of(pointer: str, form: Form) -> str | None:
    """Return the name of the field that was filled in for what a pointer of a request names, None for none."""
    name = pointer.removeprefix("/policy/").replace("/", ".")
    filled = (one for one in form if one.startswith(PREFIX) and form[one].strip())
    return next((one for one in filled if f"{name}.".startswith(f"{one.removeprefix(PREFIX)}.")), None)


def _line(knob: Knob, defaults: Json) -> Line:
    field, value = _field(knob.name), defaults
    for part in knob.name.split("."):
        value = value[part]
    asked = ASKED.get(knob.name, "")
    typed = not asked and isinstance(field, Choice | Flag | Exact | Number | Integer | Text | Names)
    label = words.upper_first(knob.name.replace("_", " ").replace(".", ", "))
    return Line(
        knob.name, label, knob.unit.replace("`", ""), knob.meaning.replace("`", ""), _said(value), _choices(field),
        asked, typed,
    )  # fmt: skip


@cache
def _field(name: str) -> ma.fields.Field[Any]:
    """Return the field of the schema that reads a knob."""
    schema: Any = PolicySchema()
    for part in name.split(".")[:-1]:
        schema = schema.fields[part].schema
    found: ma.fields.Field[Any] = schema.fields[name.rpartition(".")[2]]
    return found


def _choices(field: ma.fields.Field[Any]) -> tuple[tuple[str, str], ...]:
    if isinstance(field, Flag):
        return YES_NO
    return tuple((one, one.replace("_", " ")) for one in field.choices) if isinstance(field, Choice) else ()


def _said(value: object) -> str:
    """Return a default in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value) or "none"
    return "none" if value in (None, {}) else str(value)


def _value(field: ma.fields.Field[Any], text: str) -> Any:  # noqa: ANN401 - any JSON
    """Return what was typed as the API takes it."""
    if isinstance(field, Flag):
        return {"true": True, "false": False}.get(text, text)
    if isinstance(field, Names):
        return [name.strip() for name in text.split(",") if name.strip()]
    if isinstance(field, Exact):
        return text.replace(",", ".")
    if isinstance(field, Integer | Number):
        try:
            value = Decimal(text.replace(",", "."))
        except InvalidOperation:
            return text
        return value if value.is_finite() and abs(value.adjusted()) < 16 else text
    return text.upper() if isinstance(field, Currency) else text
