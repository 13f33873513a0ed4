"""Below a path prefix and behind proxies: every address leads back here, and headers are believed by count."""

import http.client
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from environs import EnvValidationError
from flask import Flask
from werkzeug.test import Client

from service.app import create_app
from service.kit.db.database import Database
from service.settings import Settings
from tests.clients import ApiClient, new_organization
from tests.evaluating import ready
from tests.processes import in_background
from tests.server import serving

PREFIX = "/tools/crossover"
HTML = {"Accept": "text/html"}
LINK = re.compile(r'(?:href|src|action)="([^"#]+)')


@contextmanager
def made(database_url: str, work: Path, **settings: object) -> Iterator[Flask]:
    app = create_app(Settings(database_url=database_url, work_folder=str(work), **settings))  # type: ignore[arg-type]
    yield app
    app.extensions["crossover"].database.dispose()


@pytest.fixture
def below(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Give the application below the prefix."""
    with made(database_url, tmp_path / "work", path_prefix=PREFIX) as app:
        yield app


@pytest.fixture
def caller(below: Flask, database: Database) -> ApiClient:
    return ApiClient(below, *new_organization(database, "Example"))


def signed_in(caller: ApiClient) -> Client:
    browser = caller.app.test_client()
    answer = browser.post(f"{PREFIX}/sign-in", data={"key": caller.key, "next": "/workloads"})
    assert answer.location == f"{PREFIX}/workloads"
    assert f"Path={PREFIX}" in answer.headers["Set-Cookie"]
    return browser


def test_every_link_of_every_page_leads_to_a_page_below_the_prefix(caller: ApiClient) -> None:
    ready(caller)
    browser = signed_in(caller)
    seen: set[str] = set()
    waiting = [f"{PREFIX}/", f"{PREFIX}/docs"]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = browser.get(address, headers=HTML, follow_redirects=True)
        assert answer.status_code in (200, 405), address  # 405: the address of a form
        if answer.mimetype == "text/html":
            found = [urlsplit(link) for link in LINK.findall(answer.text)]
            inner = [link.path for link in found if not link.scheme and link.path]
            assert all(path.startswith(f"{PREFIX}/") for path in inner), (address, inner)
            assert not any(path.startswith(PREFIX * 2) for path in inner)
            waiting.extend(inner)
        answer.close()
    assert len(seen) > 12
    assert {f"{PREFIX}/static/frame.css", f"{PREFIX}/docs/problems"} <= seen


def test_addresses_of_answers_carry_the_prefix(caller: ApiClient) -> None:
    for name in "ab":
        made = caller.post(
            f"{PREFIX}/v1/workloads", json={"name": name, "model": "m"}, headers={"Idempotency-Key": name}
        )
        assert made.headers["Location"].startswith(f"{PREFIX}/v1/workloads/")
        assert caller.get(made.headers["Location"]).json["name"] == name
    again = caller.post(f"{PREFIX}/v1/workloads", json={"name": "a", "model": "m"}, headers={"Idempotency-Key": "a"})
    assert again.headers["Location"].count(PREFIX) == 1
    page = caller.get(f"{PREFIX}/v1/workloads?limit=1")
    assert page.json["next"].startswith(f"{PREFIX}/v1/workloads?")
    assert page.headers["Link"] == f'<{page.json["next"]}>; rel="next"'
    assert caller.get(page.json["next"]).json["items"][0]["name"] == "a"
    problem = caller.get(f"{PREFIX}/v1/workloads/wl_x").json
    assert problem["instance"] == f"{PREFIX}/v1/workloads/wl_x"
    assert caller.get(problem["type"], headers=HTML).status_code == 200
    assert caller.get(f"{PREFIX}/openapi.json").json["servers"] == [{"url": PREFIX}]
    assert caller.get("/health/live").status_code == 200, "probes need not know the prefix"
    refused = caller.get(f"{PREFIX}/nowhere", headers=HTML)
    assert (refused.status_code, "About this kind of problem" in refused.text) == (404, True)


def test_without_a_prefix_nothing_is_changed(api: ApiClient) -> None:
    assert "servers" not in api.get("/openapi.json").json
    assert api.post("/v1/workloads", json={"name": "w", "model": "m"}).headers["Location"].startswith("/v1/")


LIES = {
    "X-Forwarded-Prefix": "/evil", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "6.6.6.6",
}  # fmt: skip


def test_nobody_is_believed_unless_told_so(api: ApiClient) -> None:
    answer = api.get("/v1/workloads/wl_x", headers=LIES)
    assert answer.json["instance"] == "/v1/workloads/wl_x"
    assert "evil" not in answer.text


@pytest.mark.parametrize(("proxies", "taken"), [(1, "/inner"), (2, "/outer")])
def test_what_the_trusted_proxies_wrote_is_taken_and_not_what_was_sent(
    database_url: str, tmp_path: Path, proxies: int, taken: str
) -> None:
    with made(database_url, tmp_path, trusted_proxies=proxies) as app:
        told = {"X-Forwarded-Prefix": "/evil, /outer, /inner"}
        answer = app.test_client().get("/v1/workloads/wl_x", headers=told)
        assert answer.json is not None
        assert answer.json["instance"] == f"{taken}/v1/workloads/wl_x"


@pytest.mark.parametrize("prefix", ['/"><script>', "//evil.example", "evil", "/a b", "/%2e"])
def test_a_prefix_that_would_need_quoting_is_none(database_url: str, tmp_path: Path, prefix: str) -> None:
    with made(database_url, tmp_path, trusted_proxies=1) as app:
        answer = app.test_client().get("/sign-in", headers={"X-Forwarded-Prefix": prefix, **HTML})
        assert answer.status_code == 200
        assert prefix not in answer.text
        assert 'action="/sign-in"' in answer.text


def test_a_prefix_is_spelled_well(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("crossover", "/crossover/", "/a//b", "/ü", "/v1", "/docs/crossover"):
        monkeypatch.setenv("CROSSOVER_PATH_PREFIX", wrong)
        with pytest.raises(EnvValidationError, match="PATH_PREFIX"):
            Settings.from_environment()


class Proxy(BaseHTTPRequestHandler):
    """A reverse proxy that takes the prefix off, as nginx does with `proxy_pass http://server/;`."""

    port = 0

    def do_GET(self) -> None:
        """Hand a request on."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        told = {
            "X-Forwarded-For": self.client_address[0], "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "tools.example", "X-Forwarded-Prefix": PREFIX,
        }  # fmt: skip
        kept = {name: value for name, value in self.headers.items() if not name.startswith("X-Forwarded")}
        connection.request(self.command, self.path.removeprefix(PREFIX), body, kept | told)
        answer = connection.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name not in ("Transfer-Encoding", "Connection", "Content-Length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        connection.close()

    do_POST = do_GET  # noqa: N815 - its base class names it

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_real_server_behind_a_real_proxy(database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path, TRUSTED_PROXIES="1", WORKERS="1", EMBEDDED_WORKER="false") as server:
        proxy = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Proxy,), {"port": server.port}))
        with in_background(proxy):
            connection = http.client.HTTPConnection("127.0.0.1", proxy.server_port)
            form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://tools.example"}
            connection.request("POST", f"{PREFIX}/sign-in", f"key={server.key}&next=/workloads", form)
            answer = connection.getresponse()
            answer.read()
            assert (answer.status, answer.getheader("Location")) == (303, f"{PREFIX}/workloads")
            cookie = answer.getheader("Set-Cookie") or ""
            assert "Secure" in cookie
            assert f"Path={PREFIX}" in cookie
            connection.request("GET", f"{PREFIX}/workloads", headers={"Cookie": cookie.partition(";")[0]})
            page = connection.getresponse().read().decode()
            assert f'href="{PREFIX}/static/frame.css"' in page
            connection.request("GET", f"{PREFIX}/openapi.json")
            assert json.loads(connection.getresponse().read())["servers"] == [{"url": PREFIX}]
