"""A real Chromium, a real server with one evaluation in it, and pages that are watched for as long as they are open."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Error, Page, expect, sync_playwright

from tests.browser.pages import Served, Watch
from tests.databases import sqlite_url
from tests.evaluating import csv_of, sheet, week
from tests.server import JSON, Server, serving
from tests.waiting import eventually

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
"""What a system calls the browser; without any of them Playwright's own is tried."""

POLICY = {"latency": {"metric": "first_token", "percentile": 95, "target_ms": 2000, "strict": True}}

SCALE = 20
"""So much traffic that a unit is worth reserving and the peaks spill."""

PATIENCE_MS = 120_000
"""How long a browser on a busy machine is waited for; nothing is measured by it."""

Visit = Callable[..., Page]


def launched(kind: BrowserType) -> Browser:
    """Return a running Chromium; skip the calling test, saying why, where none can be launched."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    try:
        return kind.launch(executable_path=program)
    except Error as error:
        reason = error.message.strip().splitlines()[0]
        pytest.skip(f"no Chromium can be launched (programs looked for: {', '.join(PROGRAMS)}): {reason}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Give a Chromium. Not for the whole session: an event loop runs in this thread for as long as it is there."""
    with sync_playwright() as playwright:
        browser = launched(playwright.chromium)
        expect.set_options(timeout=PATIENCE_MS)
        yield browser
        browser.close()


def offers() -> dict[str, Any]:
    """Return a price sheet of which something is recommended, something is refused and something cannot win."""
    document = sheet()
    tokens, gpu = document["offers"]
    slow = tokens | {"sku": "slow", "speed": {"prefill_tokens_per_second": 100, "decode_tokens_per_second": [[1, 5]]}}
    narrow = gpu["capacity"] | {"slots": 8}
    dear = gpu | {"sku": "dear", "rates": [{"term_months": 0, "hourly": "40.00"}], "capacity": narrow}
    return document | {"offers": [tokens, gpu, slow, dear]}


def evaluated(server: Server) -> dict[str, Any]:
    """Store what an evaluation needs, and return its body."""
    status, told = server.call("POST", "/v1/price-sheets", json.dumps(offers()), JSON)
    assert status == 201, told
    evaluation = server.evaluated(server.workload("Chat", "m70"), csv_of(week(SCALE)), POLICY)
    drawn = f"/v1/evaluations/{evaluation['id']}/charts/traffic.json"
    eventually(lambda: server.call("GET", drawn)[0] == 200, seconds=300)
    return evaluation


@pytest.fixture(scope="session")
def served(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give a server with one evaluation in it."""
    folder = tmp_path_factory.mktemp("browser")
    shutil.copy(migrated_sqlite, folder / "test.sqlite3")
    with serving(sqlite_url(folder / "test.sqlite3"), folder) as server:
        yield Served(server.port, server.key, evaluated(server))


@pytest.fixture
def visit(chromium: Browser, served: Served) -> Iterator[Visit]:
    """Give a function that opens an address as its reader; whatever a page complains of fails the test at its end."""
    watch = Watch(served.origin)
    contexts = []

    def visited(address: str, **reader: Any) -> Page:  # noqa: ANN401 - what Playwright may be told of a reader
        context = chromium.new_context(extra_http_headers={"Authorization": f"Bearer {served.key}"}, **reader)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        watch.over(page)
        page.goto(address if "://" in address else served.origin + address, wait_until="networkidle")
        return page

    yield visited
    for context in contexts:
        context.close()
    assert not watch.complaints
