"""Slow requests have threads of their own, and one key never has all of them."""

import threading

import pytest

from service.app import create_app
from service.kit.http.blueprint import Resource
from service.server.fair_pool import FairPool
from service.server.http_worker import beginnings
from service.settings import Settings


def test_one_lane_leaves_a_thread_to_the_others() -> None:
    pool, release, running = FairPool(3, 2), threading.Event(), threading.Semaphore(0)

    def hold() -> str:
        running.release()
        assert release.wait(60)
        return "done"

    many = [pool.submit("a", hold) for _ in range(10)]
    assert running.acquire(timeout=60)
    assert running.acquire(timeout=60)
    assert pool.submit("b", lambda: "at once").result(60) == "at once"
    assert pool.waiting == 8  # the control: of the others none ran
    release.set()
    assert {one.result(60) for one in many} == {"done"}


def test_a_failure_is_handed_over_and_ends_no_thread() -> None:
    pool = FairPool(1, 1)

    def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        pool.submit("a", fail).result(60)
    assert pool.submit("a", lambda: 1).result(60) == 1


@pytest.mark.parametrize(
    ("line", "is_slow"),
    [
        ("POST /v1/workloads/wl_1/evaluations HTTP/1.1", True),
        ("POST /v1/workloads/wl_1/evaluations?dry_run=true HTTP/1.1", True),
        ("POST /prefix/v1/workloads/wl_1/traffic-histories?x=1 HTTP/1.1", True),
        ("GET /v1/evaluations/ev_1/diff HTTP/1.1", True),
        ("GET /v1/evaluations/ev_1 HTTP/1.1", False),
        ("GET /v1/workloads/wl_1/evaluations HTTP/1.1", False),
        ("POST /v1/workloads HTTP/1.1", False),
        ("GET /health/ready HTTP/1.1", False),
    ],
)
def test_what_may_take_long_is_told_by_its_beginning(line: str, is_slow: bool) -> None:
    resources = [one for one in create_app(Settings()).blueprints.values() if isinstance(one, Resource)]
    slow = beginnings(call for resource in resources for call in resource.calls.values())
    assert (slow.match(line.encode()) is not None) is is_slow
