"""Pages: every row once, in order, under cursors that only fit the list they came from."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from tests.clients import ApiClient

pytestmark = pytest.mark.both_engines


def add(api: ApiClient, count: int) -> None:
    for number in range(count):
        api.post("/v1/workloads", json={"name": f"w{number}", "model": "m70"})


def walk(api: ApiClient, address: str) -> list[list[str]]:
    pages = []
    while address:
        page: dict[str, Any] = api.get(address).json
        assert (page["next_cursor"] is None) == (page["next"] is None)
        pages.append([item["name"] for item in page["items"]])
        address = page["next"]
    return pages


@pytest.mark.parametrize(("limit", "sizes"), [(1, [1] * 6), (4, [4, 2]), (6, [6]), (3, [3, 3]), (200, [6])])
def test_pages_hold_every_row_once_newest_first(api: ApiClient, limit: int, sizes: list[int]) -> None:
    add(api, 6)
    pages = walk(api, f"/v1/workloads?limit={limit}")
    assert [len(page) for page in pages] == sizes
    assert [name for page in pages for name in page] == ["w5", "w4", "w3", "w2", "w1", "w0"]


def test_rows_of_one_moment_are_neither_lost_nor_repeated(api: ApiClient) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False):
        add(api, 6)
        names = [name for page in walk(api, "/v1/workloads?limit=2") for name in page]
    assert sorted(names) == ["w0", "w1", "w2", "w3", "w4", "w5"]


def test_a_row_added_meanwhile_moves_no_other(api: ApiClient) -> None:
    add(api, 4)
    first = api.get("/v1/workloads?limit=2").json
    api.post("/v1/workloads", json={"name": "new", "model": "m70"})
    second = api.get(first["next"]).json
    assert [item["name"] for item in first["items"] + second["items"]] == ["w3", "w2", "w1", "w0"]


def test_an_empty_list_is_one_empty_page(api: ApiClient) -> None:
    assert api.get("/v1/workloads").json == {"items": [], "next_cursor": None, "next": None}


def cursor(api: ApiClient, address: str) -> str:
    return str(api.get(address).json["next_cursor"])


def test_a_cursor_fits_only_its_own_list_filters_and_organization(api: ApiClient, other_api: ApiClient) -> None:
    add(api, 3)
    add(other_api, 3)
    mine = cursor(api, "/v1/workloads?limit=1")
    filtered = cursor(api, "/v1/events?limit=1&action=workload.created")
    assert api.get(f"/v1/workloads?limit=2&cursor={mine}").status_code == 200
    misfits = [
        (other_api, f"/v1/workloads?limit=1&cursor={mine}"),
        (api, f"/v1/events?cursor={mine}"),
        (api, f"/v1/events?cursor={filtered}"),
        (api, f"/v1/events?action=workload.changed&cursor={filtered}"),
        (api, f"/v1/workloads?cursor={mine[:-2]}xx"),
        (api, "/v1/workloads?cursor=x"),
        (api, "/v1/workloads?cursor=%E2%82%AC"),
    ]
    for caller, address in misfits:
        answer = caller.get(address)
        assert answer.status_code == 422, address
        assert [error["pointer"] for error in answer.json["errors"]] == ["/cursor"]


def test_the_next_page_is_linked(api: ApiClient) -> None:
    add(api, 2)
    answer = api.get("/v1/workloads?limit=1")
    assert answer.headers["Link"] == f'<{answer.json["next"]}>; rel="next"'
    assert "Link" not in api.get("/v1/workloads").headers


@pytest.mark.parametrize("limit", ["0", "201", "-1", "ten", "1.0", "", "１"])
def test_a_limit_out_of_bounds_is_refused(api: ApiClient, limit: str) -> None:
    answer = api.get(f"/v1/workloads?limit={limit}")
    assert answer.status_code == 422
    assert [(error["in"], error["pointer"]) for error in answer.json["errors"]] == [("query", "/limit")]


@pytest.mark.parametrize(
    ("query", "code"), [("x=1", "unknown_field"), ("limit=1&limit=2", "repeated"), ("cursor=%00", "unstorable_text")]
)
def test_parameters_nobody_knows_or_given_twice_are_refused(api: ApiClient, query: str, code: str) -> None:
    answer = api.get(f"/v1/workloads?{query}")
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json["errors"]] == [code]
    assert api.get(f"/v1/organization?{query}").status_code == 422
