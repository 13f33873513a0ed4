"""The needs of a pool."""

from typing import Any

import pytest

from service.evaluations.pooling.needs import strictest
from service.kit.problems import Problem


def need(**facts: object) -> dict[str, Any]:
    return {"zone": "UTC", "isolation": {"required": {}, "preferred": {}}, **facts}


def latency(target_ms: float, *, strict: bool = False, metric: str = "first_token") -> dict[str, Any]:
    return {"metric": metric, "percentile": 95, "target_ms": target_ms, "strict": strict}


def required(**asked: object) -> dict[str, Any]:
    return {"isolation": {"required": asked, "preferred": {}}}


def test_the_tightest_target_holds_for_all() -> None:
    found = strictest([need(latency=latency(900)), need(), need(latency=latency(500, strict=True))], {})
    assert found["latency"] == latency(500, strict=True)
    assert found["incumbent"] is None


def test_every_guarantee_asked_by_one_is_asked_for_all() -> None:
    found = strictest(
        [
            need(**required(tenancy="dedicated", residency=["us", "eu"], certifications=["b"])),
            need(**required(tenancy="shared", residency=["eu", "ch"], certifications=["a"], version_pinning=True)),
            need(**required(gpu="H100")),
        ],
        {},
    )
    assert found["isolation"]["required"] == {
        "tenancy": "dedicated",
        "version_pinning": True,
        "certifications": ["a", "b"],
        "residency": ["eu"],
        "gpu": "H100",
    }


def test_one_zone_is_kept_several_become_utc() -> None:
    assert strictest([need(zone="Asia/Tokyo")] * 2, {})["zone"] == "Asia/Tokyo"
    assert strictest([need(zone="Asia/Tokyo"), need()], {})["zone"] == "UTC"


@pytest.mark.parametrize(
    ("one", "two", "pointer", "said"),
    [
        (
            {"latency": latency(1)},
            {"latency": latency(1, metric="end_to_end")},
            "/policy/latency",
            {"latency": {}},
        ),
        (
            required(residency=["us"]),
            required(residency=["eu"]),
            "/policy/isolation/required",
            {"isolation": {}},
        ),
        (required(gpu="A"), required(gpu="B"), "/policy/isolation/required", {"isolation": {}}),
    ],
)
def test_needs_that_no_policy_meets_must_be_settled_in_the_request(
    one: dict[str, Any], two: dict[str, Any], pointer: str, said: dict[str, Any]
) -> None:
    with pytest.raises(Problem) as caught:
        strictest([need(**one), need(**two)], {})
    assert [error.pointer for error in caught.value.errors] == [pointer]
    assert said.keys().isdisjoint(strictest([need(**one), need(**two)], said))
