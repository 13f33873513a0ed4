"""Many writers at once: no version is lost, none is skipped, none is written twice."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.api.price_sheets.test_price_sheets import created, dated, revised
from tests.clients import ApiClient
from tests.unit.price_sheets.documents import SHEET

pytestmark = pytest.mark.both_engines

WRITERS = 6


def at_once(call: Callable[[int], int]) -> Counter[int]:
    """Call from several threads at the same moment; return how often each status was answered."""
    barrier = Barrier(WRITERS)

    def one(number: int) -> int:
        barrier.wait()
        return call(number)

    with ThreadPoolExecutor(WRITERS) as executor:
        return Counter(executor.map(one, range(WRITERS)))


def test_of_versions_sent_at_once_under_one_etag_one_is_appended(api: ApiClient) -> None:
    price_sheet_id = created(api)["id"]
    for tag in range(1, 4):
        statuses = at_once(
            lambda number, tag=tag: (
                revised(  # type: ignore[misc]
                    api, price_sheet_id, dated("2026-12-01", f"0.{tag}{number}"), f'"v{tag}"'
                ).status_code
            )
        )
        assert statuses == {201: 1, 412: WRITERS - 1}
    versions = api.get(f"/v1/price-sheets/{price_sheet_id}/versions").json["items"]
    assert [version["version"] for version in versions] == [4, 3, 2, 1]
    assert api.get(f"/v1/price-sheets/{price_sheet_id}").json["digest"] == versions[0]["digest"]


def test_of_sheets_of_one_name_sent_at_once_one_is_created(api: ApiClient) -> None:
    statuses = at_once(
        lambda number: api.post("/v1/price-sheets", json=dated("2026-12-01", f"0.{number}1")).status_code
    )
    assert statuses == {201: 1, 409: WRITERS - 1}
    assert len(api.get("/v1/price-sheets").json["items"]) == 1


def test_imports_at_once_append_one_after_the_other(api: ApiClient) -> None:
    table = api.get("/v1/price-sheet-template").text

    def one(number: int) -> int:
        content = table.replace("0.60", f"0.6{number}").encode()
        return api.post("/v1/price-sheet-imports?format=csv", data=content).status_code

    assert at_once(one) == {201: WRITERS}
    (stored,) = api.get("/v1/price-sheets").json["items"]
    versions = api.get(f"/v1/price-sheets/{stored['id']}/versions").json["items"]
    assert [version["version"] for version in versions] == list(range(WRITERS, 0, -1))
    assert len({version["digest"] for version in versions}) == WRITERS


def test_a_repeated_request_under_one_key_has_one_effect(api: ApiClient) -> None:
    key = {"Idempotency-Key": "the-same-sheet"}
    answers = [api.post("/v1/price-sheets", json=SHEET, headers=key) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert len(api.get("/v1/price-sheets").json["items"]) == 1
