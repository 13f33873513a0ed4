"""A key that calls too often is told to wait, and nobody else is."""

from pathlib import Path

import pytest

from service.app import create_app
from service.kit.db.database import Database
from service.kit.http import rate_limit
from service.settings import Settings
from tests.clients import ApiClient, new_organization


class Clock:
    """A clock that is set by hand."""

    seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the clock by which calls are counted."""
    clock = Clock()
    monkeypatch.setattr(rate_limit, "time", clock)
    return clock


def test_a_key_that_calls_too_often_waits(database: Database, tmp_path: Path, clock: Clock) -> None:
    app = create_app(Settings(database_url=database.url, work_folder=str(tmp_path), requests_per_minute=6))
    eager, other = (ApiClient(app, *new_organization(database, name)) for name in ("Eager", "Other"))
    told = [eager.get("/v1/workloads") for _ in range(7)]
    assert [answer.status_code for answer in told] == [200] * 6 + [429]
    assert [answer.headers["RateLimit"] for answer in told[:2]] == ['"key";r=5;t=10', '"key";r=4;t=20']
    refused = told[-1]
    assert refused.headers["RateLimit-Policy"] == '"key";q=6;w=60'
    assert refused.json["type"] == "/docs/problems/too-many-requests"
    assert refused.headers["Retry-After"] == "10"
    assert other.get("/v1/workloads").status_code == 200
    assert app.test_client().get("/health/live").status_code == 200
    clock.seconds += 9.9
    assert eager.get("/v1/workloads").status_code == 429
    clock.seconds += 0.2
    assert eager.get("/v1/workloads").status_code == 200
    app.extensions["crossover"].database.dispose()


def test_without_a_limit_nothing_is_counted() -> None:
    limit = rate_limit.RateLimit(0)
    assert [limit.take("a") for _ in range(3)] == [{}, {}, {}]


def test_only_so_many_keys_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "KEPT", 2)
    limit = rate_limit.RateLimit(10)
    for key in ("a", "b", "c"):
        limit.take(key)
    assert len(limit._buckets) == 2
