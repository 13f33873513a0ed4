"""Bodies of evaluations before and after a change: `BODIES=folder` keeps them, or compares with those it holds.

To compare two commits, copy this file into a work tree of the older one and run it in both:

    BODIES=/tmp/bodies python -m bench bodies            # in the older tree: keeps them
    BODIES=/tmp/bodies python -m bench bodies            # in the newer tree: compares, tells where each first differs
    BODIES_IGNORE=latency_range,notes BODIES=/tmp/bodies python -m bench bodies    # but for members announced to move

Every history of the public data and two generated ones meet a quarter of the markets, each market every fourth
history, with policies in turn; `EFFORT=prove` lets all meet all, `EFFORT=quick` a twelfth.
"""

import json
import os
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench._scenarios import hundred_offers, week_log, year_series
from service import example
from service.policies.policy_schema import policy_of
from service.policies.presets import PRESETS
from service.price_sheets.validation import offers_of
from service.workflow.document import document
from service.workflow.errors import WorkflowError
from service.workflow.evaluate import evaluate
from service.workflow.measure import InsufficientTraffic
from service.workflow.offers import Offer
from service.workflow.traffic import TrafficHistory
from tests.real_traffic import every_history

Json = dict[str, Any]

OFFERS = Path(__file__).parents[1] / "docs" / "offers"

PROCESSES = 2

PLAIN: Json = {"sufficiency": {"allow_provisional": True}, "replay": {"max_requests": 10_000}}
"""What all policies share: short histories are decided on, long ones are sampled."""

POLICIES: tuple[Json, ...] = (
    PLAIN,
    PLAIN | {"traffic_factor": "3", "seed": 7, "margin": "0"},
    PLAIN | {"latency": {"metric": "end_to_end", "target_ms": 8000.0, "value_per_slow_request": "0.001"}},
    PLAIN | {"horizon": {"months": 24, "growth_per_month": "0.03"}, "hybrid": {"threshold": 0.7}},
    *(preset.policy | PLAIN for preset in PRESETS.values()),
)

SHARE = {"prove": 1, "quick": 12}.get(os.environ.get("EFFORT", ""), 4)
"""One in so many pairs of a history and a market is evaluated."""


def main() -> None:
    """Print how many bodies there are and one digest of all; keep them, or name those that differ from the kept."""
    started = time.perf_counter()
    bodies = dict(_bodies())
    whole = sha256("".join(f"{name}\n{body}\n" for name, body in sorted(bodies.items())).encode()).hexdigest()
    answers = sum(not body.startswith("refused") for body in bodies.values())
    seconds = time.perf_counter() - started
    print(f"  {len(bodies)} bodies, {answers} of them answers, in {seconds:.0f} s, together sha256:{whole}", flush=True)
    if "BODIES" in os.environ:
        _keep_or_compare(Path(os.environ["BODIES"]), bodies)


def _keep_or_compare(folder: Path, bodies: dict[str, str]) -> None:
    if not folder.exists():
        folder.mkdir(parents=True)
        for name, body in bodies.items():
            _path(folder, name).write_bytes(zlib.compress(body.encode()))
        print(f"  kept in {folder}")
        return
    ignored = frozenset(filter(None, os.environ.get("BODIES_IGNORE", "").split(",")))
    kept = {name: zlib.decompress(_path(folder, name).read_bytes()).decode() for name in _names(folder)}
    alone = sorted(kept.keys() ^ bodies.keys())
    wheres = {name: _where(kept[name], bodies[name], ignored) for name in sorted(kept.keys() & bodies.keys())}
    changed = {name: where for name, where in wheres.items() if where is not None}
    print(f"  {len(wheres)} compared, {len(changed)} differ, {len(alone)} are on one side only")
    print("".join(f"    {name}: {where}\n" for name, where in changed.items()), end="")
    print("".join(f"    only {'here' if name in bodies else 'kept'}: {name}\n" for name in alone), end="")


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name.replace(' / ', '__')}.json.zlib"


def _names(folder: Path) -> list[str]:
    return [path.name.removesuffix(".json.zlib").replace("__", " / ") for path in sorted(folder.iterdir())]


def _where(before: str, after: str, ignored: frozenset[str]) -> str | None:
    """Return where two bodies first differ, as a JSON pointer with both values; None where nothing but ignored does."""
    if before == after:
        return None
    if before.startswith("refused") or after.startswith("refused"):
        return f"{before[:200]} → {after[:200]}"
    return next(_differences(json.loads(before), json.loads(after), "", ignored), None)


def _differences(before: Any, after: Any, pointer: str, ignored: frozenset[str]) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted((before.keys() | after.keys()) - ignored):
            yield from _differences(
                before.get(name, "(absent)"), after.get(name, "(absent)"), f"{pointer}/{name}", ignored
            )
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from _differences(*pair, f"{pointer}/{index}", ignored)
    elif before != after:
        yield f"{pointer}: {json.dumps(before)[:90]} → {json.dumps(after)[:90]}"


def _bodies() -> Iterator[tuple[str, str]]:
    names = list(_histories())
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("fork")) as pool:
        for bodies in pool.map(_of_history, range(len(names))):
            yield from bodies


def _of_history(number: int) -> list[tuple[str, str]]:
    name, history = list(_histories().items())[number]
    found = []
    for place, (sheet, offers) in enumerate(_markets().items()):
        if (place + number) % SHARE == 0:
            asked = (number + place // SHARE) % len(POLICIES)
            found.append((f"{name} / {sheet} / policy {asked}", _body(history, offers, POLICIES[asked])))
    return found


def _body(history: TrafficHistory, offers: list[Offer], asked: Json) -> str:
    try:
        answer = document(evaluate(history, offers, policy_of(asked), threads=1))
    except (WorkflowError, InsufficientTraffic) as refused:
        return f"refused: {refused!r}"
    return json.dumps(answer, sort_keys=True, ensure_ascii=False)


@cache
def _histories() -> dict[str, TrafficHistory]:
    generated: dict[str, TrafficHistory] = {"a week's log": week_log(60_000), "months of minutes": year_series(60_000)}
    return every_history() | generated


@cache
def _markets() -> dict[str, list[Offer]]:
    paths = sorted(OFFERS.glob("*.json"))
    sheets = {path.stem: list(offers_of(json.loads(path.read_text()))) for path in paths}
    shipped = {f"{sheet['provider']} example": list(offers_of(sheet)) for sheet in example.sheets()}
    by_model: dict[str, dict[str, Offer]] = {}
    for offer in (offer for offers in sheets.values() for offer in offers):
        by_model.setdefault(offer.model, {})[offer.sku] = offer
    together = {f"all of {model}": list(offers.values()) for model, offers in sorted(by_model.items())}
    every = {"the example": [offer for offers in shipped.values() for offer in offers]}
    return sheets | together | every | {"25 offers": hundred_offers()[::4]}
