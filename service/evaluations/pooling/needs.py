"""The needs of a pool: what satisfies the needs of every workload in it."""

from collections.abc import Sequence
from typing import Any

from service.kit.problems import FieldError, Problem, invalid

Json = dict[str, Any]


def strictest(needs: Sequence[Json], said: Json) -> Json:
    """Return the policy document that meets every workload's needs; what the request itself says is left to it.

    Raises Problem 422 for needs that no one policy can meet, naming the field to say in the request.
    """
    document: Json = {"incumbent": None}
    if "zone" not in said:
        zones = {need["zone"] for need in needs}
        document["zone"] = zones.pop() if len(zones) == 1 else "UTC"
    if "latency" not in said:
        document |= _latency([need["latency"] for need in needs if "latency" in need])
    if "isolation" not in said:
        parts = ("required", "preferred")
        document["isolation"] = {
            part: _isolation([need["isolation"].get(part, {}) for need in needs], part) for part in parts
        }
    return document


def _latency(targets: Sequence[Json]) -> Json:
    if not targets:
        return {}
    kinds = {(target["metric"], target["percentile"]) for target in targets}
    if len(kinds) > 1:
        raise _conflict("/policy/latency", "The workloads' latency targets are of different kinds; say the pool's.")
    tightest = min(target["target_ms"] for target in targets)
    return {"latency": {**targets[0], "target_ms": tightest, "strict": any(target["strict"] for target in targets)}}


def _isolation(needs: Sequence[Json], part: str) -> Json:
    """Return what promises at least as much as each of the needs asks."""
    found: Json = {}
    if any(need.get("tenancy") == "dedicated" for need in needs):
        found["tenancy"] = "dedicated"
    if any(need.get("version_pinning") for need in needs):
        found["version_pinning"] = True
    held = {name for need in needs for name in need.get("certifications", ())}
    if held:
        found["certifications"] = sorted(held)
    places = [set(need["residency"]) for need in needs if need.get("residency")]
    if places:
        common = set.intersection(*places)
        if not common:
            raise _conflict(f"/policy/isolation/{part}", "No place of residency suits every workload; say the pool's.")
        found["residency"] = sorted(common)
    return found | _single(needs, part)


def _single(needs: Sequence[Json], part: str) -> Json:
    found = {}
    for name in ("gpu", "quantization"):
        asked = {need[name] for need in needs if need.get(name) is not None}
        if len(asked) > 1:
            raise _conflict(f"/policy/isolation/{part}", f"The workloads ask for different {name}; say the pool's.")
        if asked:
            found[name] = asked.pop()
    return found


def _conflict(pointer: str, detail: str) -> Problem:
    return invalid(FieldError(pointer, "conflicting_needs", detail))
