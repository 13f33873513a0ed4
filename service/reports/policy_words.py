"""What a policy says otherwise than the built-in one, in words: every knob that differs, none left out."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from service.reports import words
from service.reports.offer_names import Names
from service.workflow.policy import Policy

Json = dict[str, Any]

SHARES = frozenset(
    {
        "margin",
        "simplicity_margin",
        "max_throttled_share",
        "deferrable_share",
        "review_drift",
        "growth_per_month",
        "coverage",
        "base_discount",
        "largest_discount",
        "steady_idle_share",
        "threshold",
    }
)
"""Knobs, by the last part of their name, whose figure is a share."""

LATENCY = ("latency.metric", "latency.percentile", "latency.target_ms", "latency.strict")
"""Told in one sentence where there is a target; they say nothing without one."""

OWN_SENTENCE = (*LATENCY, "sufficiency.allow_provisional", "isolation.required", "seed", "modes")

UNNAMED = Names()

SAID = {
    "margin": "a longer binding must save {}",
    "simplicity_margin": "a less simple way must save {}",
    "max_term_months": "bound for at most {} months",
    "incumbent": "in use today: {}",
    "latency.value_per_slow_request": "a slow request costs {}",
    "isolation.value_per_month": "each need that is only preferred is worth {} a month",
    "traffic_factor": "traffic times {}",
    "currency": "in {}",
    "zone": "hours of the week in {}",
    "review_days": "look again after {} days at the latest",
}


def policy_words(policy: Json, names: Names = UNNAMED) -> list[str]:
    """Return the knobs of a policy that are not as they are without being told otherwise; names: of offers it names."""
    said = [
        _sentence(name, value, names)
        for name, value in _differing(policy, Policy())
        if name not in OWN_SENTENCE and not name.startswith("isolation.required.")
    ]
    latency = policy.get("latency") or {}
    if latency.get("target_ms") is not None:
        strict = ", strictly" if latency.get("strict") else ""
        said.append(
            f"{latency['metric'].replace('_', ' ')} within {words.seconds_of(float(latency['target_ms']))} for "
            f"{latency['percentile']:g}{words.SPACE}%{strict}"
        )
    if (policy.get("sufficiency") or {}).get("allow_provisional"):
        said.append("provisional answers allowed")
    needs = (policy.get("isolation") or {}).get("required") or {}
    said += [f"needs {_spelled(name)}: {_value(name, value)}" for name, value in needs.items() if value]
    if len(policy.get("modes", ())) not in (0, 4):
        said.append(f"modes allowed: {words.listed(policy['modes'])}")
    return said


def _differing(policy: Json, usual: Any, above: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    """Yield each knob of a policy, by its name with dots, that is not as in `usual`, a dataclass of the policy."""
    for field in fields(usual):
        if field.name not in policy:
            continue
        name, value, default = f"{above}{field.name}", policy[field.name], getattr(usual, field.name)
        if is_dataclass(default) and isinstance(value, dict):
            yield from _differing(value, default, f"{name}.")
        elif _plain(value) != _plain(default):
            yield name, value


def _plain(value: object) -> object:
    """Return a value as it compares: numbers by size, however they are spelled; lists as tuples."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, dict):
        return tuple(sorted((key, _plain(each)) for key, each in value.items()))
    if isinstance(value, list | tuple):
        return tuple(_plain(each) for each in value)
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return value


def _sentence(name: str, value: object, names: Names) -> str:
    if name == "commitments" and isinstance(value, list):
        return f"bought already: {words.listed([_held(one, names) for one in value])}"
    told = names.key(value) if name == "incumbent" and isinstance(value, str) else _value(name, value)
    return SAID[name].format(told) if name in SAID and value is not None else f"{_spelled(name)}: {told}"


def _held(commitment: Json, names: Names) -> str:
    sku, _, term = commitment["reservation"].rpartition("@")
    return f"{commitment['units']} {words.TIMES} {names.offer(sku).label}, {words.spelled_term(term)}"


def _spelled(name: str) -> str:
    return name.replace("_", " ").replace(".", ", ")


def _value(name: str, value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_value(name, one) for one in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_value(key, one)}" for key, one in value.items()) or "none"
    if value is None or isinstance(value, bool):
        return {True: "yes", False: "no", None: "none"}[value]
    return _percent(str(value)) if name.rpartition(".")[2] in SHARES else str(value)


def _percent(text: str) -> str:
    """Return a share in percent with every digit that was asked for."""
    percent = f"{100 * Decimal(text):f}"
    return f"{percent.rstrip('0').rstrip('.') if '.' in percent else percent}{words.SPACE}%"
