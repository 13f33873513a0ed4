"""The needs of a pool."""

from typing import Any

import pytest

from service.kit.http.problems import Problem
from service.policies.policy_schema import policy_document, policy_of
from service.pools.needs import strictest

NOTHING: dict[str, Any] = {
    "tenancy": None,
    "version_pinning": None,
    "residency": [],
    "certifications": [],
    "gpu": None,
    "quantization": None,
}


def policy(**facts: object) -> dict[str, Any]:
    return policy_document(policy_of(dict(facts)))


def latency(target_ms: float, *, strict: bool = False, metric: str = "first_token") -> dict[str, Any]:
    return {"metric": metric, "percentile": 95, "target_ms": target_ms, "strict": strict}


def required(**asked: object) -> dict[str, Any]:
    return {"isolation": {"required": asked}}


def test_the_tightest_target_holds_for_all() -> None:
    found = strictest([policy(latency=latency(900, strict=True)), policy(), policy(latency=latency(500))])
    assert found["latency"] == latency(500, strict=True)
    assert found["incumbent"] is None
    assert strictest([policy(), policy(incumbent="x")])["latency"] == {}


def test_every_guarantee_asked_by_one_is_asked_for_all() -> None:
    found = strictest(
        [
            policy(**required(tenancy="dedicated", residency=["us", "eu"], certifications=["b"])),
            policy(**required(tenancy="shared", residency=["eu", "ch"], certifications=["a"], version_pinning=True)),
            policy(**required(gpu="H100")),
        ]
    )
    assert found["isolation"]["required"] == NOTHING | {
        "tenancy": "dedicated",
        "version_pinning": True,
        "certifications": ["a", "b"],
        "residency": ["eu"],
        "gpu": "H100",
    }
    assert found["isolation"]["preferred"] == NOTHING
    assert strictest([policy(**required(tenancy="shared")), policy()])["isolation"]["required"]["tenancy"] == "shared"


def test_one_zone_is_kept_several_become_utc() -> None:
    assert strictest([policy(zone="Asia/Tokyo")] * 2)["zone"] == "Asia/Tokyo"
    assert strictest([policy(zone="Asia/Tokyo"), policy()])["zone"] == "UTC"


@pytest.mark.parametrize(
    ("one", "two", "pointer"),
    [
        ({"latency": latency(1)}, {"latency": latency(1, metric="end_to_end")}, "/policy/latency"),
        (required(residency=["us"]), required(residency=["eu"]), "/policy/isolation/required"),
        (required(gpu="A"), required(gpu="B"), "/policy/isolation/required"),
    ],
)
def test_needs_that_no_policy_meets_are_named(one: dict[str, Any], two: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Problem) as caught:
        strictest([policy(**one), policy(**two)])
    assert [error.pointer for error in caught.value.errors] == [pointer]
