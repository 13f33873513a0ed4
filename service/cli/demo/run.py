"""`make run`: everything a newcomer needs to see the product answer, in one command that can be repeated."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import click

from service.access import keys, sign_in_links
from service.access.service import authenticate
from service.cli import serving, table
from service.cli.configured import database, settings
from service.cli.creating import create
from service.cli.demo.client import Client
from service.cli.demo.load import POLL_SECONDS, load, step
from service.cli.demo.server import running
from service.kit.http.problems import Problem
from service.reports.report import BEING_DRAWN

HOST = "127.0.0.1"
ORGANIZATION = "Example"
REPORT = "report.html"
LONGEST_POLLS = 240
"""How often the report is asked for until its charts are there."""

Json = dict[str, Any]


def run(port: int, *, once: bool) -> None:
    """Migrate, start the server, load the example, print its recommendation; stay up unless `once`."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    serving.require_free(HOST, port)
    folder = Path(settings().work_folder)
    with step("Bringing the database up to date"):
        serving.migrate()
    kept = _kept(folder)
    url = f"http://{HOST}:{port}"
    try:
        with running(url, HOST, port, folder / "server.log") as server:
            client = Client(url, kept["key"])
            evaluation = _evaluation(client, kept, folder)
            with step("Drawing the report"):
                (folder / REPORT).write_text(_report(client, evaluation))
            click.echo(f"\n{table.text(evaluation)}\n\n{_where_next(client, evaluation, folder)}")
            if not once:
                _stay(server)
    except KeyboardInterrupt:
        click.echo("\nStopped.")


def _evaluation(client: Client, kept: Json, folder: Path) -> Json:
    """Return the evaluation of a start before where it is still stored, else a new one."""
    if "evaluation_id" in kept:
        stored = client.get(f"/v1/evaluations/{kept['evaluation_id']}")
        if stored is not None:
            return dict(stored)
    made = load(client)
    _keep(folder, {**kept, "evaluation_id": made["id"]})
    return made


def _report(client: Client, evaluation: Json) -> str:
    """Return the report once its charts are drawn, or as it is where that takes too long."""
    page = client.page(f"/v1/evaluations/{evaluation['id']}/report")
    for _ in range(LONGEST_POLLS):
        if BEING_DRAWN not in page:
            break
        time.sleep(POLL_SECONDS)
        page = client.page(f"/v1/evaluations/{evaluation['id']}/report")
    return page


def _kept(folder: Path) -> Json:
    """Return what a start before left, with a key that works; a new organization and key where there is none."""
    kept = _left(folder / "example.json")
    if _works(kept.get("key", "")):
        return kept
    kept = {"key": create(ORGANIZATION, "example", "owner")}
    _keep(folder, kept)
    return kept


def _left(path: Path) -> Json:
    """Return what the file holds; nothing where it is not there or not ours."""
    try:
        kept = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) and isinstance(kept.get("key"), str) else {}


def _keep(folder: Path, kept: Json) -> None:
    """Write it for our own eyes only: it holds a key."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "example.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(kept, file)


def _works(key: str) -> bool:
    try:
        authenticate(database(), f"Bearer {key}")
    except Problem:
        return False
    return True


def _where_next(client: Client, evaluation: Json, folder: Path) -> str:
    signed_in = keys.parse(client.key)
    assert signed_in is not None
    link = sign_in_links.make(folder, signed_in.key_id)
    again = f"{client.url}/v1/workloads/{evaluation['workload_id']}/evaluations"
    return f"""\
Prices are public list prices with their sources in service/example/price_sheets; the traffic is generated.

The same with pictures: {(folder / REPORT).resolve().as_uri()}

Look next at {client.url}/docs, with the key {client.key}
(kept in {folder / "example.json"}; the server's log is {folder / "server.log"})

The same evaluation again:
  curl -X POST -H 'Authorization: Bearer {client.key}' -H 'Content-Type: application/json' -d '{{}}' {again}

Open the report, signed in (the link works once, for an hour):
  {client.url}/sign-in/{link}?next=/evaluations/{evaluation["id"]}"""


def _stay(server: subprocess.Popen[bytes]) -> None:
    click.echo("\nThe server is up; Ctrl-C stops it.")
    server.wait()
