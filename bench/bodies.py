"""Bodies of evaluations before and after a change: `BODIES=before.json` writes their digests, or compares with them."""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from bench._scenarios import hundred_offers, week_log, year_series
from service.kit import canonical_json
from service.policies.policy_schema import policy_of
from service.price_sheets.validation import offers_of
from service.workflow.document import document
from service.workflow.errors import WorkflowError
from service.workflow.evaluate import evaluate
from service.workflow.measure import InsufficientTraffic
from service.workflow.offers import Offer
from service.workflow.traffic import TrafficHistory
from tests.real_traffic import every_history

OFFERS = Path(__file__).parents[1] / "docs" / "offers"

PLAIN = {"sufficiency": {"allow_provisional": True}, "replay": {"max_requests": 100_000}}
POLICIES = (PLAIN, PLAIN | {"traffic_factor": "3", "seed": 7, "margin": "0"})


def main() -> None:
    """Print how many bodies there are and one digest of all; name those that differ from the file's, if it is there."""
    started = time.perf_counter()
    digests = dict(_digests())
    whole = hashlib.sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest()
    print(f"  {len(digests)} bodies in {time.perf_counter() - started:.0f} s, together sha256:{whole}")
    if "BODIES" not in os.environ:
        return
    path = Path(os.environ["BODIES"])
    if not path.exists():
        path.write_text(json.dumps(digests, indent=1))
        return
    before = json.loads(path.read_text())
    changed = sorted(name for name in before.keys() | digests.keys() if before.get(name) != digests.get(name))
    print(f"  {len(changed)} differ from {path.name}" + "".join(f"\n    {name}" for name in changed))


def _digests() -> Iterator[tuple[str, str]]:
    for (traffic, history), (sheet, offers) in product(_histories().items(), _markets().items()):
        for number, asked in enumerate(POLICIES):
            yield f"{traffic} / {sheet} / policy {number}", _digest(history, offers, asked)


def _digest(history: TrafficHistory, offers: list[Offer], asked: dict[str, object]) -> str:
    try:
        body = canonical_json.dumps(document(evaluate(history, offers, policy_of(asked))))
    except (WorkflowError, InsufficientTraffic) as refused:
        body = repr(refused).encode()
    return hashlib.sha256(body).hexdigest()


def _histories() -> dict[str, TrafficHistory]:
    generated: dict[str, TrafficHistory] = {"a week's log": week_log(60_000), "months of minutes": year_series(60_000)}
    return every_history() | generated


def _markets() -> dict[str, list[Offer]]:
    sheets = {path.stem: list(offers_of(json.loads(path.read_text()))) for path in sorted(OFFERS.glob("*.json"))}
    models = {offer.model for offers in sheets.values() for offer in offers}
    together = {m: [o for offers in sheets.values() for o in offers if o.model == m] for m in sorted(models)}
    markets = {f"all of {model}": list({o.sku: o for o in offers}.values()) for model, offers in together.items()}
    return markets | {"25 offers": hundred_offers()[::4]}
