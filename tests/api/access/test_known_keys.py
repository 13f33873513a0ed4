"""Keys that are known for a moment: revoked ones are dead at once on this machine, and within a second elsewhere."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from service.access import key_cache, queries
from service.app import create_app
from service.kit.db.database import Database
from service.settings import Settings
from tests.clients import ApiClient

pytestmark = pytest.mark.both_engines

AppAt = Callable[[str], Flask]


@pytest.fixture
def app_at(database_url: str, tmp_path: Path) -> Iterator[AppAt]:
    """Give a maker of applications, each like a process of a machine with that work folder."""
    apps: list[Flask] = []

    def make(folder: str) -> Flask:
        apps.append(create_app(Settings(database_url=database_url, work_folder=str(tmp_path / folder))))
        return apps[-1]

    yield make
    for app in apps:
        app.extensions["crossover"].database.dispose()


class Clock:
    """A clock that stands until it is set forward."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(key_cache, "time", clock)
    return clock


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the ids of the keys that the database was asked for."""
    ids: list[str] = []
    ask = queries.key_facts

    def counted(database: Database, key_id: str) -> queries.KeyFacts | None:
        ids.append(key_id)
        return ask(database, key_id)

    monkeypatch.setattr(queries, "key_facts", counted)
    return ids


def revoked(owner: ApiClient) -> None:
    """Revoke the newest key of the owner's organization."""
    newest = owner.get("/v1/api-keys").json["items"][0]
    assert owner.delete(f"/v1/api-keys/{newest['id']}").status_code == 204


def looks(viewer: ApiClient) -> int:
    """Read something; the first use of a key is noted, and only then is it known."""
    return viewer.get("/v1/organization").status_code


@pytest.mark.usefixtures("time")
def test_one_question_serves_reading_calls_for_a_moment(api: ApiClient, time: Clock, asked: list[str]) -> None:
    assert looks(api) == 200
    asked.clear()
    for _ in range(5):
        assert looks(api) == 200
    assert len(asked) == 1
    time.now += key_cache.SECONDS
    assert looks(api) == 200
    assert len(asked) == 2


def test_a_key_revoked_in_one_process_is_dead_in_the_others(api: ApiClient, app_at: AppAt, time: Clock) -> None:
    viewer = api.as_role("viewer")
    owner = ApiClient(app_at("work"), api.organization_id, api.key)
    assert [looks(viewer), looks(viewer)] == [200, 200]
    revoked(owner)
    assert time.now == 1000.0
    assert looks(viewer) == 401


def test_a_key_revoked_on_another_machine_is_dead_within_a_second(api: ApiClient, app_at: AppAt, time: Clock) -> None:
    viewer = api.as_role("admin")
    owner = ApiClient(app_at("elsewhere"), api.organization_id, api.key)
    assert [looks(viewer), looks(viewer)] == [200, 200]
    revoked(owner)
    writes = viewer.post("/v1/workloads", json={"name": "late", "model": "m"})
    assert writes.status_code == 401, "what changes anything asks anew"
    time.now += key_cache.SECONDS
    assert looks(viewer) == 401


@pytest.mark.usefixtures("time")
def test_a_key_that_is_unknown_is_asked_for_every_time(api: ApiClient, asked: list[str]) -> None:
    other = ApiClient(api.app, api.organization_id, api.key.replace("co_", "xx_"))
    assert [looks(other), looks(other)] == [401, 401]
    assert asked == []


@pytest.mark.usefixtures("time")
def test_only_so_many_keys_are_known(api: ApiClient, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_cache, "MOST", 1)
    viewer = api.as_role("viewer")
    assert [looks(api), looks(viewer), looks(viewer)] == [200, 200, 200]
    asked.clear()
    assert [looks(api), looks(viewer), looks(api)] == [200, 200, 200]
    assert len(asked) == 3
