"""The needs of a pool: what satisfies the policy of every workload in it."""

from collections.abc import Sequence
from typing import Any

from service.kit.http.problems import FieldError, Problem, invalid

Json = dict[str, Any]

TARGET = ("metric", "percentile", "target_ms", "strict")
"""What of the latency policy is a need; the rest says what latency is worth, the same for all."""


def strictest(policies: Sequence[Json]) -> Json:
    """Return the policy document that meets what each of these effective policies asks, incumbents left out.

    Raises Problem 422 for needs that no one policy can meet, naming the field to say in the request: what that says
    is in every workload's policy.
    """
    zones = {policy["zone"] for policy in policies}
    parts = ("required", "preferred")
    isolation = {part: _isolation([policy["isolation"][part] for policy in policies], part) for part in parts}
    return {
        "incumbent": None,
        "zone": zones.pop() if len(zones) == 1 else "UTC",
        "latency": _latency([policy["latency"] for policy in policies]),
        "isolation": isolation,
    }


def _latency(asked: Sequence[Json]) -> Json:
    targets = [latency for latency in asked if latency["target_ms"] is not None]
    if not targets:
        return {}
    kinds = {(target["metric"], target["percentile"]) for target in targets}
    if len(kinds) > 1:
        raise _conflict("/policy/latency", "The workloads' latency targets are of different kinds; say the pool's.")
    tightest = min(targets, key=lambda target: (target["target_ms"], not target["strict"]))
    return {name: tightest[name] for name in TARGET} | {"strict": any(target["strict"] for target in targets)}


def _isolation(needs: Sequence[Json], part: str) -> Json:
    """Return what promises at least as much as each of the needs asks."""
    tenancies = {need["tenancy"] for need in needs} - {None}
    found = {
        "tenancy": "dedicated" if "dedicated" in tenancies else next(iter(tenancies), None),
        "version_pinning": any(need["version_pinning"] for need in needs) or None,
        "residency": [],
        "certifications": sorted({name for need in needs for name in need["certifications"]}),
        "gpu": _only("gpu", needs, part),
        "quantization": _only("quantization", needs, part),
    }
    places = [set(need["residency"]) for need in needs if need["residency"]]
    if places:
        found["residency"] = sorted(set.intersection(*places))
        if not found["residency"]:
            raise _conflict(f"/policy/isolation/{part}", "No place of residency suits every workload; say the pool's.")
    return found


def _only(name: str, needs: Sequence[Json], part: str) -> str | None:
    asked = sorted({need[name] for need in needs if need[name] is not None})
    if len(asked) > 1:
        raise _conflict(f"/policy/isolation/{part}", f"The workloads ask for different {name}; say the pool's.")
    return asked[0] if asked else None


def _conflict(pointer: str, detail: str) -> Problem:
    return invalid(FieldError(pointer, "conflicting_needs", detail))
