"""Loads the example over HTTP and evaluates it. What is there already, from a start before, is kept and used."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from service.cli.demo.client import Client
from service.cli.exits import Refused
from service.example import WORKLOAD, sheets
from service.example.traffic import DAYS, END, START, example_log, write_csv

Json = dict[str, Any]

POLL_SECONDS = 0.5


def load(client: Client) -> Json:
    """Return the evaluation of the example, loading whatever of it is not stored yet."""
    with step("Storing price sheets"):
        for sheet in sheets():
            named = {"provider": sheet["provider"], "name": sheet["name"]}
            _found_or_made(client, "/v1/price-sheets", named, sheet)
    workload = _found_or_made(client, "/v1/workloads", {"name": WORKLOAD["name"]}, WORKLOAD)
    address = f"/v1/workloads/{workload['id']}"
    _upload(client, f"{address}/traffic-histories")
    with step("Evaluating (the first time compiles the replay)") as said:
        return _finished(client, client.post(f"{address}/evaluations", {}), said)


@contextmanager
def step(what: str) -> Iterator[Callable[[str], None]]:
    """Say what is being done and, at the end, how long it took; the function given tells more in between."""
    click.echo(f"{what} ...", nl=False)
    begun = time.monotonic()
    yield lambda more: click.echo(f" {more}", nl=False)
    click.echo(f" {time.monotonic() - begun:.1f} s")


def _found_or_made(client: Client, collection: str, facts: Json, document: Json) -> Json:
    """Return the item with these facts, looked for page by page, or make it."""
    following: str | None = f"{collection}?limit=200"
    while following:
        page = client.get(following) or {"items": [], "next": None}
        for item in page["items"]:
            if facts.items() <= item.items():
                return dict(item)
        following = page["next"]
    return dict(client.post(collection, document))


def _upload(client: Client, address: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "example.csv.gz"
        with step(f"Generating {DAYS} days of traffic") as said:
            log = example_log()
            write_csv(log, file)
            said(f"{len(log.arrival_us):,} requests")
        span = f"start={START:%Y-%m-%dT%H:%M:%SZ}&end={END:%Y-%m-%dT%H:%M:%SZ}"
        with step(f"Uploading {file.stat().st_size / 1e6:.1f} MB"):
            headers = {"Content-Type": "text/csv", "Content-Encoding": "gzip"}
            client.upload(f"{address}?{span}", file, headers)


def _finished(client: Client, evaluation: Json, said: Callable[[str], None]) -> Json:
    """Wait for an evaluation that is computed beside the request; tell how far it is."""
    told = None
    while evaluation["state"] in ("queued", "running"):
        time.sleep(POLL_SECONDS)
        evaluation = client.get(f"/v1/evaluations/{evaluation['id']}") or evaluation
        progress = evaluation.get("progress") or {}
        if progress.get("phase") not in (None, told):
            told = progress["phase"]
            said(f"{told} ...")
    if evaluation["state"] != "completed":
        raise Refused(f"the evaluation ended as {evaluation['state']}: {json.dumps(evaluation.get('problem'))}")
    return evaluation
