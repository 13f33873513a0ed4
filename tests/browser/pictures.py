"""`make pictures`: the pictures of docs/pictures, taken of a fresh example in a Chromium.

    python -m tests.browser.pictures [--at URL --key KEY --evaluation ID]

With an address, a running example is pictured instead of a fresh one.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from service.cli.demo.client import Client
from tests.browser.conftest import launched
from tests.browser.pages import DARK, PHONE
from tests.databases import sqlite_url
from tests.processes import free_port

FOLDER = Path("docs/pictures")

WIDE: dict[str, Any] = {"viewport": {"width": 1200, "height": 820}}

HOLDS = timedelta(days=30)
"""How long the pictured proposal holds."""

LOADED_BY = "The server is up"


@contextmanager
def example() -> Iterator[tuple[Client, str]]:
    """Start the example in a folder of its own; give a client, and the id of its evaluation."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "CROSSOVER_DATABASE_URL": sqlite_url(Path(folder) / "example.sqlite3"),
            "CROSSOVER_WORK_FOLDER": folder,
        }
        command = [sys.executable, "-m", "service.cli", "demo", "--port", str(free_port())]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as demo:
            assert demo.stdout is not None
            link = None
            for line in demo.stdout:
                link = link or re.search(r"(http://\S+)/sign-in/\S+/evaluations/(\S+)", line)
                if line.startswith(LOADED_BY):
                    break
            assert link is not None, "the example did not load"
            kept = json.loads((Path(folder) / "example.json").read_text())
            try:
                yield Client(link[1], kept["key"]), link[2]
            finally:
                demo.terminate()


def decided(client: Client, evaluation_id: str) -> str:
    """Propose what is recommended and comment on it; return the decision's address."""
    told = {
        "evaluation_id": evaluation_id,
        "valid_until": str(datetime.now(UTC).date() + HOLDS),
        "title": "Document assistant: take the recommended way",
    }
    decision = client.post("/v1/decisions", told)
    client.post(
        f"/v1/decisions/{decision['id']}/comments", {"text": "Finance asks to look again before the year ends."}
    )
    return f"/decisions/{decision['id']}"


def take(browser: Browser, client: Client, pages: dict[str, tuple[str, dict[str, Any]]]) -> None:
    """Picture pages, each as one reader sees its first screen."""
    FOLDER.mkdir(exist_ok=True)
    for name, (address, reader) in pages.items():
        context = browser.new_context(**reader)
        page = context.new_page()
        page.goto(client.url)
        page.get_by_label("API key").fill(client.key)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{client.url}/")
        page.goto(client.url + address, wait_until="networkidle")
        page.evaluate("document.fonts.ready")
        page.screenshot(path=FOLDER / f"{name}.png")
        context.close()


def picture(client: Client, evaluation_id: str) -> None:
    """Take the six pictures."""
    report, decision = f"/evaluations/{evaluation_id}", decided(client, evaluation_id)
    workload = client.get(f"/v1{report}")["workload_id"]  # type: ignore[index]
    with sync_playwright() as playwright:
        browser = launched(playwright.chromium)
        pages = {
            "portfolio": ("/", WIDE),
            "report": (report, WIDE | {"viewport": {"width": 1200, "height": 1560}}),
            "report-phone-dark": (report, PHONE | DARK | {"device_scale_factor": 1.5}),
            "traffic": (f"/start/{workload}/traffic", WIDE),
            "decision": (decision, WIDE),
            "prices-dark": ("/prices", WIDE | DARK),
        }
        take(browser, client, pages)
        browser.close()


def main() -> None:
    """Picture a running example, or a fresh one."""
    parser = argparse.ArgumentParser(description="Take the pictures of docs/pictures.")
    for name in ("--at", "--key", "--evaluation"):
        parser.add_argument(name)
    asked = parser.parse_args()
    if asked.at:
        picture(Client(asked.at, asked.key), asked.evaluation)
        return
    with example() as (client, evaluation_id):
        picture(client, evaluation_id)


if __name__ == "__main__":
    main()
