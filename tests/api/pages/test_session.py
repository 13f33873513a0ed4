"""Signing in: with a key or a link that works once; what a session may see, and which forms it takes."""

import os
import re
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from service.access import keys, sign_in_links
from service.access.roles import ROLES
from service.pages import door
from tests.clients import ApiClient
from tests.evaluating import ready

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def browser(api: ApiClient) -> Client:
    """Give a browser that is not signed in."""
    return api.app.test_client()


def signed_in(browser: Client, key: str, to: str = "/workloads") -> TestResponse:
    return browser.post("/sign-in", data={"key": key, "next": to})


def test_the_first_page_leads_through_the_sign_in_to_where_one_wanted_to_go(api: ApiClient, browser: Client) -> None:
    workload = api.post("/v1/workloads", json={"name": "A <b>", "model": "m"}).json["id"]
    refused = browser.get(f"/workloads/{workload}")
    assert refused.location == f"/sign-in?next=%2Fworkloads%2F{workload}"
    assert f'value="/workloads/{workload}"' in browser.get(refused.location).text
    answer = signed_in(browser, api.key, f"/workloads/{workload}")
    assert (answer.status_code, answer.location) == (303, f"/workloads/{workload}")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert keys.parse(api.key).secret not in cookie  # type: ignore[union-attr]
    assert "A &lt;b&gt;" in browser.get(answer.location).text
    assert "A &lt;b&gt;" in browser.get("/", follow_redirects=True).text


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\r\nSet-Cookie: b"])
def test_nobody_is_led_to_elsewhere(api: ApiClient, browser: Client, to: str) -> None:
    assert signed_in(browser, api.key, to).location == "/"


def test_behind_https_the_cookie_is_secure(api: ApiClient, browser: Client) -> None:
    answer = browser.post("/sign-in", data={"key": api.key}, headers={"X-Forwarded-Proto": "https"})
    assert "Secure" in answer.headers["Set-Cookie"]


def test_a_wrong_key_is_said_and_nothing_is_kept(browser: Client) -> None:
    answer = signed_in(browser, "co_wrong")
    assert answer.status_code == 401
    assert "This key is not valid, or was revoked." in answer.text
    assert "co_wrong" not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_session_ends_with_its_key_and_cannot_be_made_up(api: ApiClient, browser: Client) -> None:
    made = api.post("/v1/api-keys", json={"name": "mine", "role": "viewer"})
    signed_in(browser, made.json["key"])
    assert browser.get("/workloads").status_code == 200
    assert api.delete(made.headers["Location"]).status_code == 204
    assert browser.get("/workloads").status_code == 303
    signed_in(browser, api.key)
    cookie = browser.get_cookie(door.COOKIE)
    assert cookie is not None
    for forged in (cookie.value[:-1] + "!", cookie.value.rpartition(".")[0], "", "é"):
        browser.set_cookie(door.COOKIE, forged)
        assert browser.get("/workloads").status_code == 303, forged


def test_forms_of_other_sites_are_refused(api: ApiClient, browser: Client) -> None:
    foreign = {"Origin": "https://evil.example"}
    assert browser.post("/sign-in", data={"key": api.key}, headers=foreign).status_code == 403
    signed_in(browser, api.key)
    assert browser.post("/sign-out").status_code == 403
    token = re.search(r'name="token" value="(\w+)"', browser.get("/workloads").text)[1]  # type: ignore[index]
    for headers in (foreign, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert browser.post("/sign-out", data={"token": token}, headers=headers).status_code == 403
    assert browser.get("/workloads").status_code == 200
    own = {"Origin": "http://localhost"}
    assert browser.post("/sign-out", data={"token": token}, headers=own).location == "/sign-in"
    assert browser.get("/workloads").status_code == 303


def test_a_link_signs_in_once_and_not_for_ever(api: ApiClient, browser: Client) -> None:
    folder = Path(api.app.extensions["crossover"].uploads.folder)
    key_id = keys.parse(api.key).key_id  # type: ignore[union-attr]
    link = sign_in_links.make(folder, key_id)
    assert browser.get(f"/sign-in/{link}?next=/workloads").location == "/workloads"
    assert browser.get("/workloads").status_code == 200
    other = api.app.test_client()
    assert "used before" in other.get(f"/sign-in/{link}").text
    old = sign_in_links.make(folder, key_id)
    for file in (folder / "sign-in").iterdir():
        os.utime(file, (0, 0))
    assert other.get(f"/sign-in/{old}").status_code == 401
    assert other.get("/workloads").status_code == 303


def test_another_organization_sees_nothing_of_it(api: ApiClient, other_api: ApiClient, browser: Client) -> None:
    workload = api.post("/v1/workloads", json={"name": "Ours", "model": "m"}).json["id"]
    signed_in(browser, other_api.key)
    assert "Ours" not in browser.get("/workloads").text
    assert browser.get(f"/workloads/{workload}").status_code == 404


@pytest.mark.parametrize("role", ROLES)
def test_every_role_may_read_the_pages(api: ApiClient, browser: Client, role: str) -> None:
    key = api.post("/v1/api-keys", json={"name": role, "role": role}).json["key"]
    signed_in(browser, key)
    assert browser.get("/workloads").status_code == 200


def test_errors_are_pages_for_browsers_and_documents_for_clients(api: ApiClient, browser: Client) -> None:
    page = browser.get("/nothing", headers=HTML)
    assert (page.status_code, page.content_type) == (404, "text/html; charset=utf-8")
    assert "Nothing is served at this address." in page.text
    assert page.headers["X-Request-Id"] in page.text
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    for path, headers in (("/nothing", {}), ("/nothing", {"Accept": "application/json"}), ("/v1/nothing", HTML)):
        assert browser.get(path, headers=headers).content_type == "application/problem+json"
    signed_in(browser, api.key)
    assert '<a href="/settings"></a>' not in browser.get("/nothing", headers=HTML).text, "every link has a name"
    assert "To your workloads" in browser.get("/evaluations/ev_no", headers=HTML).text
    assert "/cursor" in browser.get("/workloads?cursor=no", headers=HTML).text


def test_an_evaluation_under_way_shows_how_far_it_is_and_one_that_was_cancelled_says_so(
    api: ApiClient, browser: Client
) -> None:
    signed_in(browser, api.key)
    queued = api.post(f"/v1/workloads/{ready(api)}/evaluations", json={}, headers={"Prefer": "respond-async"}).headers[
        "Location"
    ]
    page = f"/evaluations/{queued.rpartition('/')[2]}"
    waiting = browser.get(page, headers=HTML)
    assert (waiting.status_code, "Waiting for its turn" in waiting.text) == (200, True)
    assert waiting.headers["Refresh"]
    assert api.delete(queued).status_code == 204
    cancelled = browser.get(page, headers=HTML)
    assert (cancelled.status_code, "This evaluation was cancelled" in cancelled.text) == (200, True)
    assert "Refresh" not in cancelled.headers
