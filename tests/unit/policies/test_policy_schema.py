"""The policy as JSON: every knob in and out, refusals that name the field."""

import json
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

import pytest
from marshmallow import ValidationError

from service.kit import canonical_json
from service.policies.policy_schema import merged, partial_document, policy_document, policy_of
from service.workflow.policy import Policy


def names(value: object) -> dict[str, Any] | None:
    """Return the field names of a policy value, part by part."""
    if not is_dataclass(value):
        return None
    return {field.name: names(getattr(value, field.name)) for field in fields(value)}


def shape(document: dict[str, Any], like: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the keys of a document, as deep as `like` goes."""
    if like is None:
        return None
    return {name: shape(document[name], like.get(name)) for name in document}


def test_every_knob_is_written_out() -> None:
    assert shape(policy_document(Policy()), names(Policy())) == names(Policy())


def test_an_empty_document_is_the_default_policy() -> None:
    assert policy_of({}) == Policy()


def test_the_documented_example_loads() -> None:
    policy = policy_of(
        {
            "margin": "0.10",
            "latency": {"metric": "first_token", "percentile": 95, "target_ms": 2000},
            "isolation": {"required": {}, "preferred": {"version_pinning": True}},
            "hybrid": {"threshold": 1.0, "outage_hours_per_month": 0},
            "horizon": {"months": 12, "growth_per_month": 0.0},
            "traffic_factor": 1.0,
            "seed": None,
        }
    )
    assert policy.latency.target_ms == 2000
    assert policy.isolation.preferred.version_pinning is True
    assert policy.traffic_factor == 1


@pytest.mark.parametrize("spelling", ["0.10", "0.1", "0.100", 0.1, Decimal("0.10")])
def test_equal_numbers_are_spelled_alike(spelling: str | float | Decimal) -> None:
    assert policy_document(policy_of({"margin": spelling}))["margin"] == "0.1"


def test_sets_of_names_have_one_order() -> None:
    policy = policy_of({"modes": ["hybrid", "serverless"], "isolation": {"required": {"residency": ["us", "eu"]}}})
    assert policy.modes == ("serverless", "hybrid")
    assert policy.isolation.required.residency == ("eu", "us")


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"colour": "red"}, ["colour"]),
        ({"margin": "1E+1000000"}, ["margin"]),
        ({"margin": "1.5"}, ["margin"]),
        ({"margin": True}, ["margin"]),
        ({"margin": float("nan")}, ["margin"]),
        ({"margin": 1e-300}, ["margin"]),
        ({"margin": "１"}, ["margin"]),
        ({"traffic_factor": "0"}, ["traffic_factor"]),
        ({"seed": 2**53}, ["seed"]),
        ({"seed": 1.5}, ["seed"]),
        ({"modes": []}, ["modes"]),
        ({"modes": ["hybrid", "hybrid"]}, ["modes"]),
        ({"modes": ["rented"]}, ["modes"]),
        ({"zone": "Mars/Olympus"}, ["zone"]),
        ({"latency": None}, ["latency"]),
        ({"latency": {"target_ms": "5"}}, ["latency", "target_ms"]),
        ({"latency": {"strict": "yes"}}, ["latency", "strict"]),
        ({"isolation": {"required": {"residency": "us"}}}, ["isolation", "required", "residency"]),
        ({"isolation": {"required": {"residency": ["\x00"]}}}, ["isolation", "required", "residency"]),
        ({"exchange_rates": {"eur": "1"}}, ["exchange_rates", "eur"]),
        ({"exchange_rates": {"EUR": "0"}}, ["exchange_rates", "EUR"]),
        ({"exchange_rates": []}, ["exchange_rates"]),
        ({"currency": "usd"}, ["currency"]),
    ],
)
def test_a_wrong_field_is_named(document: dict[str, Any], path: list[str]) -> None:
    with pytest.raises(ValidationError) as caught:
        policy_of(document)
    messages: Any = caught.value.messages
    for name in path:
        messages = messages[name]
    assert isinstance(messages, list)


def test_the_stored_form_reads_back_as_the_same_policy() -> None:
    policy = policy_of({"exchange_rates": {"EUR": "1.10", "CHF": 1.2}, "latency": {"target_ms": 250.5}, "seed": 7})
    stored = canonical_json.dumps(policy_document(policy))
    assert policy_of(json.loads(stored)) == policy


def test_documents_lie_over_each_other_part_by_part() -> None:
    base = {"latency": {"target_ms": 1, "strict": True}, "exchange_rates": {"EUR": "1"}, "margin": "0.1"}
    over = {"latency": {"target_ms": 2}, "exchange_rates": {"CHF": "2"}}
    assert merged(base, over) == {
        "latency": {"target_ms": 2, "strict": True},
        "exchange_rates": {"CHF": "2"},
        "margin": "0.1",
    }
    assert base["latency"] == {"target_ms": 1, "strict": True}


def test_a_partial_document_keeps_only_what_was_said() -> None:
    said = {"margin": Decimal("0.10"), "latency": {"target_ms": 5}, "exchange_rates": {"EUR": 1}, "isolation": {}}
    assert partial_document(said) == {
        "margin": "0.1",
        "latency": {"target_ms": 5.0},
        "exchange_rates": {"EUR": "1"},
        "isolation": {},
    }
