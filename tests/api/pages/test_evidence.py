"""The evidence of an answer: its options by mode, by name, in an order, page by page; files to take along."""

import re

from tests.api.pages.browsing import Browser
from tests.clients import ApiClient
from tests.evaluating import ready, sheet


def keys(page: str) -> list[str]:
    """Return the options that a page lists."""
    table = page.partition('id="options"')[2].partition("</table>")[0]
    return re.findall(r'scope="row">([^<]+)<', table)


def test_options_are_shown_as_asked_for(api: ApiClient) -> None:
    workload = ready(api)
    many = [sheet()["offers"][0] | {"sku": f"tokens-{number:03}"} for number in range(60)]
    api.post("/v1/price-sheets", json=sheet() | {"name": "many", "offers": many})
    evaluation = api.post(f"/v1/workloads/{workload}/evaluations", json={}).json
    every = {option["key"] for option in evaluation["options"]}
    here, browser = f"/evaluations/{evaluation['id']}/evidence", Browser.of(api)
    assert f"1 to 50 of {len(every)}" in browser.get(here).text
    found = set()
    for page in range(1, len(every) // 50 + 2):
        found |= set(keys(browser.get(f"{here}?page={page}").text))
    assert found == every
    dedicated = keys(browser.get(f"{here}?mode=dedicated&order=name").text)
    assert dedicated == sorted(key for key in every if key.startswith("dedicated:"))
    named = keys(browser.get(f"{here}?name=TOKENS-007&mode=serverless").text)
    assert named == ["serverless:acme/tokens-007"]
    assert "None is like this" in browser.get(f"{here}?name=nothing").text
    for odd in ("page=0", "page=99999999999", "mode=x&order=y&allowed=z", "page=x"):
        assert keys(browser.get(f"{here}?{odd}").text), odd
    files = rf'href="(/evaluations/{evaluation["id"]}/(?:tables/|charts/|purchase-request)[^"]+)"'
    found_files = re.findall(files, browser.get(here).text)
    assert len(found_files) > 20
    for file in found_files:
        assert browser.get(file).status_code == 200, file
    assert browser.get(f"/evaluations/{evaluation['id']}/purchase-request.exe").status_code == 404
