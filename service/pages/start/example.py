"""The shipped example as a first step: generated traffic of a workload, and real list prices of its model."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Blueprint

from service import example
from service.example.traffic import END, START, example_log, write_csv
from service.kit import canonical_json
from service.kit.db.transaction import Actor, Transaction
from service.pages import door
from service.pages.start import file_words
from service.pages.start.traffic import WRITE, kept, named
from service.price_sheets import importing, queries, service
from service.price_sheets.importing import Prepared
from service.price_sheets.validation import load
from service.traffic_histories.upload import Upload, filed
from service.workloads.schemas import NewWorkloadSchema

RULE = "/start/example"

PRICES_WRITE = "price_sheets:write"

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add what takes the buttons: all of the example, and its prices alone."""
    door.form(blueprint, RULE, WRITE, use_example, prepare=_generated)
    door.form(blueprint, "/prices/example", PRICES_WRITE, use_example_prices)


def use_example(tx: Transaction, form: Json, prepared: Upload) -> str:  # noqa: ARG001 - it has no fields
    """Store the example's prices and traffic, as far as they are not there; lead to what the traffic is like."""
    if PRICES_WRITE in tx.actor.scopes:
        _store_prices(tx)
    return kept(tx, named(tx, NewWorkloadSchema().load(example.WORKLOAD)), prepared)


def use_example_prices(tx: Transaction, form: Json) -> str:  # noqa: ARG001 - it has no fields
    """Store the example's price sheets, as far as they are not there."""
    _store_prices(tx)
    return "/prices"


@contextmanager
def _generated(_actor: Actor, _form: Json) -> Iterator[Upload]:
    """Generate the traffic and read it as a file that somebody sent."""
    span = {"start": f"{START:%Y-%m-%dT%H:%M:%SZ}", "end": f"{END:%Y-%m-%dT%H:%M:%SZ}"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "example.csv.gz"
        write_csv(example_log(), path)
        with path.open("rb") as file, filed(file, file_words.words_of(span), example.WORKLOAD["model"]) as upload:
            yield upload


def _store_prices(tx: Transaction) -> None:
    """Store the shipped sheets whose provider and name no sheet has yet."""
    fresh = [
        sheet
        for sheet in example.sheets()
        if queries.sheet_named(tx.session, tx.organization_id, sheet["provider"], sheet["name"]) is None
    ]
    checked = tuple(service.checked(*load(sheet)) for sheet in fresh)
    importing.store(tx, Prepared(checked, (), by_hand=True, fingerprint=canonical_json.dumps(fresh)))
