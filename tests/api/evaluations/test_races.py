"""An evaluation meets the deletion of what it stands on: it is told so, and nothing is half stored."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from service.evaluations import histories, inputs, routes
from service.evaluations.models import StoredEvaluation
from service.kit.db.database import Database
from tests.clients import ApiClient
from tests.evaluating import evaluate, ready

pytestmark = pytest.mark.both_engines


def delete(api: ApiClient, path: str) -> int:
    return api.delete(path, headers={"If-Match": api.get(path).headers["ETag"]}).status_code


@pytest.fixture
def once_planned(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Give a way to have something happen between the pinning of inputs and the transaction that stores them."""

    def arrange(act: Callable[[], object]) -> None:
        plan = inputs.plan

        def planned(*arguments: Any) -> Any:  # noqa: ANN401
            found = plan(*arguments)
            act()
            return found

        monkeypatch.setattr(routes, "plan", planned)

    return arrange


def stored(database: Database) -> int:
    with database.reading() as session:
        return int(session.execute(select(func.count()).select_from(StoredEvaluation)).scalar_one())


def history_of(api: ApiClient, workload_id: str) -> str:
    found = api.get(f"/v1/workloads/{workload_id}/traffic-histories").json["items"][0]["id"]
    return f"/v1/traffic-histories/{found}"


@pytest.mark.parametrize("wall", ["asked again", "the foreign key"])
def test_its_history_is_deleted_meanwhile(
    api: ApiClient,
    database: Database,
    once_planned: Callable[[Callable[[], object]], None],
    wall: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workload_id = ready(api)
    path = history_of(api, workload_id)
    if wall == "the foreign key":  # what stays of the guarantee when the question is not asked
        monkeypatch.setattr(histories, "require_present", lambda *_: None)
    gone: list[int] = []
    once_planned(lambda: gone.append(delete(api, path)))
    answer = evaluate(api, workload_id)
    assert gone == [204]
    assert answer.status_code == 409, answer.text
    assert "deleted" in answer.json["detail"]
    assert stored(database) == 0


def test_its_workload_is_deleted_meanwhile(
    api: ApiClient, database: Database, once_planned: Callable[[Callable[[], object]], None]
) -> None:
    workload_id = ready(api)
    gone: list[int] = []
    once_planned(lambda: gone.append(delete(api, f"/v1/workloads/{workload_id}")))
    answer = evaluate(api, workload_id)
    assert gone == [204]
    assert answer.status_code == 404, answer.text
    assert stored(database) == 0


def test_its_history_is_wanted_gone_once_it_is_stored(api: ApiClient) -> None:
    """The other way round: the evaluation came first."""
    workload_id = ready(api)
    path = history_of(api, workload_id)
    assert evaluate(api, workload_id).status_code == 201
    assert delete(api, path) == 409
