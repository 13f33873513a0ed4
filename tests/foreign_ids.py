"""Every place of a request that takes an id, in queries and bodies as the API describes them."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlencode

from flask import Flask

from tests.clients import Answer, ApiClient
from tests.examples import Good, Operation, call, operations

KINDS = {
    "bl": "bill_id", "cp": "capacity_profile_id", "dc": "decision_id", "ev": "evaluation_id", "ma": "model_alias_id",
    "mb": "member_id",     "po": "policy_id", "ps": "price_sheet_id", "th": "traffic_history_id", "wl": "workload_id",
}  # fmt: skip
"""Of which parameter of tests/examples.py an id of each prefix is."""

OTHERS = {
    ("list_events", "resource_id"): "workload_id",
    ("list_events", "actor_id"): "actor_id",
    ("list_decisions", "owner_id"): "proposer_id",
    ("list_decisions", "proposer_id"): "proposer_id",
    ("list_delegations", "delegator_id"): "delegator_id",
    ("list_delegations", "delegate_id"): "delegate_id",
}
"""Fields that take an id of any kind, or find nothing by the example's: which of `told` is tried there."""

NO_IDS = {
    (operation, "column.request_id")
    for operation in ("upload_traffic_history", "import_traffic_histories", "get_traffic_sql")
}
"""Fields that are called ids and take none: names of columns."""

RIVALS = {"policy_id": "policy", "capacity_profile_id": "capacity", "decision_id": "evaluation_id", "rules": "bands"}
"""What a good request says instead of a field, and not beside it."""

LIMITS = {"minimum_confidence": "medium", "provisional": None, "beyond_available_until": None}
"""Limits of guardrails; of the others it is 1."""


def told(api: ApiClient, parameters: dict[str, str]) -> dict[str, str]:
    """Return the ids of the example with those that its rows tell of others."""
    decision = api.get(f"/v1/decisions/{parameters['decision_id']}").json
    delegation = api.get("/v1/delegations").json["items"][0]
    return {
        **parameters,
        "actor_id": api.get("/v1/events").json["items"][0]["actor_id"],
        "proposer_id": decision["proposer"]["id"],
        "delegator_id": delegation["delegator"]["id"],
        "delegate_id": delegation["delegate"]["id"],
    }


@dataclass(frozen=True)
class IdField:
    """A place that takes an id. path: names from the body's root, [] for any element. names: a parameter's name."""

    operation: Operation
    place: Literal["query", "body"]
    path: tuple[str, ...]
    names: str

    def __str__(self) -> str:
        """Say where it is."""
        return f"{self.operation.id} {self.place} {'.'.join(self.path)}"

    def ask(self, api: ApiClient, parameters: dict[str, str], good: Good, value: str) -> Answer:
        """Make the good request with this id in this place."""
        if self.place == "query":
            query = "&".join(filter(None, (good.query, urlencode({self.path[0]: value}))))
            request = replace(good, query=urlencode({self.path[0]: value}) if self.path[0] in good.query else query)
        else:
            request = replace(good, json=self._body(good.json or {}, value))
        return call(api, self.operation, parameters, request, **{"X-Request-Id": "the-same-request"})

    def _body(self, good: dict[str, Any], value: str) -> dict[str, Any]:
        body = deepcopy(good)
        place: Any = body
        for name, following in zip(self.path, (*self.path[1:], ""), strict=True):
            if isinstance(place, dict):
                place.pop(RIVALS.get(name, ""), None)
            if following == "[]":
                place[name] = place.get(name) or [{"version": 1}]
                place = place[name]
            elif following:
                index = -1 if name == "[]" else name
                if name in self.path[1:2] and self.path[0] == "rules":
                    place[name] = _rule(name)
                place = place.setdefault(name, {}) if isinstance(place, dict) else place[index]
            else:
                place[-1 if name == "[]" else name] = value
        return body


def _rule(name: str) -> dict[str, Any]:
    limit = LIMITS.get(name, 1)
    return {"level": "needs"} if limit is None else {"level": "needs", "limit": limit}


def id_fields(app: Flask) -> list[IdField]:
    """Return every place that takes an id; one whose name says so and whose kind is unknown fails."""
    document = json.loads(app.test_client().get("/openapi.json").data)
    described = {
        o["operationId"]: o for item in document["paths"].values() for o in item.values() if "operationId" in o
    }
    found = []
    for operation in operations(app):
        described_here = described[operation.id]
        asked = [p for p in described_here.get("parameters", []) if p.get("in") == "query"]
        kinds = {p["name"]: _kind(operation, p["name"], p["schema"]) for p in asked}
        found += [IdField(operation, "query", (name,), kind) for name, kind in kinds.items() if kind]
        for content in described_here.get("requestBody", {}).get("content", {}).values():
            for path, schema in _leaves(document, content["schema"], (), ()):
                if kind := _kind(operation, path[-1] if path[-1:] != ("[]",) else path[-2], schema):
                    found.append(IdField(operation, "body", path, kind))
    return list(dict.fromkeys(found))


def _kind(operation: Operation, name: str, schema: dict[str, Any]) -> str | None:
    if (operation.id, name) in NO_IDS:
        return None
    if (operation.id, name) in OTHERS:
        return OTHERS[operation.id, name]
    pattern = str(schema.get("pattern", ""))
    if pattern.startswith("^") and "_[0-7]" in pattern:
        return KINDS[pattern[1 : pattern.index("_")]]
    if name in ("id", "ids") or name.endswith(("_id", "_ids")):
        raise LookupError(f"{operation.id} {name}: say in tests/foreign_ids.py which id it takes")
    return None


def _leaves(
    document: dict[str, Any], schema: dict[str, Any], path: tuple[str, ...], within: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in within:
            yield from _leaves(document, document["components"]["schemas"][name], path, (*within, name))
        return
    for part in (part for word in ("allOf", "anyOf", "oneOf") for part in schema.get(word, [])):
        yield from _leaves(document, part, path, within)
    if "items" in schema:
        yield from _leaves(document, schema["items"], (*path, "[]"), within)
    for name, value in schema.get("properties", {}).items():
        yield from _leaves(document, value, (*path, name), within)
    if path and not {"properties", "items", "allOf", "anyOf", "oneOf"} & set(schema):
        yield path, schema
