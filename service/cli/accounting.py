"""`crossover bills`, `decisions outcome` and `decisions scorecard`: what was billed, and whether promises came true."""

import json
import urllib.parse
from pathlib import Path
from typing import Any

import click

from service.cli import decision_text
from service.cli.connecting import answer, connected, given
from service.cli.deciding import DAY, decisions
from service.cli.remote import Remote

MEDIA = {
    ".parquet": "application/vnd.apache.parquet", ".json": "application/json", ".jsonl": "application/x-ndjson",
    ".gz": "application/gzip", ".zst": "application/zstd",
}  # fmt: skip


@click.group()
def bills() -> None:
    """Upload and list bills, on a service at CROSSOVER_ADDRESS with the key CROSSOVER_KEY."""


@bills.command("list")
@connected
def listed(remote: Remote, as_json: bool) -> None:
    """List bills, newest first."""
    answer(list(remote.every("/v1/bills", {})), as_json, decision_text.bills)


@bills.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--read", "words", multiple=True, metavar="NAME=VALUE", help="Read option of the API's upload.")
@connected
def upload(remote: Remote, as_json: bool, file: Path, words: tuple[str, ...]) -> None:
    """Upload a bill: a FOCUS file as CSV or Parquet, or a table with columns of your own."""
    query = urllib.parse.urlencode([(name, value) for name, _, value in (word.partition("=") for word in words)])
    path = f"/v1/bills?{query}" if query else "/v1/bills"
    headers = {"Content-Type": MEDIA.get(file.suffix.lower(), "text/csv")}
    content = remote.call("POST", path, file.read_bytes(), headers)[0]
    answer(json.loads(content), as_json, decision_text.bill)


@decisions.command()
@click.argument("decision_id")
@click.option("--from", "starts_on", type=DAY, required=True, help="First day of the period.")
@click.option("--to", "ends_on", type=DAY, required=True, help="Last day of the period, which is over.")
@click.option("--bill", "bill_ids", multiple=True, help="Id of a bill to take charges from.  [default: all]")
@click.option("--traffic", "traffic_history_id", help="Id of the traffic history that came.")
@connected
def outcome(remote: Remote, as_json: bool, bill_ids: tuple[str, ...], **said: Any) -> None:  # noqa: ANN401
    """Hold what a decision promised for a period against what was billed."""
    body = {**given(said), **({"bill_ids": list(bill_ids)} if bill_ids else {})}
    answer(remote.post("/v1/outcomes", body), as_json, decision_text.outcome)


@decisions.command()
@click.option("--workload", "workload_id", help="Id of a workload.")
@click.option("--currency", help="ISO 4217 code.")
@click.option("--from", "ended_from", type=DAY, help="Only periods that ended on this day or later.")
@connected
def scorecard(remote: Remote, as_json: bool, **filters: Any) -> None:  # noqa: ANN401
    """Say how well promises came true."""
    answer(remote.get("/v1/scorecard", given(filters)), as_json, decision_text.scorecard)
