"""Bills of a billion tokens against the calculators of two price lists, for every model they price by token.

Offers come out of the product's own importers, so the way from a list to a bill is covered whole. `genai-prices`
computes in decimals and must agree to the last digit; `litellm` computes in floats, so its prompt and completion
costs must agree to the rounding of the three float operations behind each.
"""

import json
import math
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from genai_prices import Usage as ListUsage
from genai_prices.data_snapshot import get_snapshot

from service.price_sheets.importers import genai_prices, litellm
from service.price_sheets.importers.base import Imported, Wanted
from service.price_sheets.offer_values import build_offers
from service.workflow.bill import Line, Usage, prices_cached_apart, serverless_lines, total
from service.workflow.offers import Serverless
from service.workflow.quantities import blended, class_sums_of, counts_of
from service.workflow.traffic import SECOND, RequestLog

WANTED = Wanted(date(2026, 8, 1))
NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
NOON_US = int(NOON.timestamp()) * SECOND

UNCACHED, CACHED, OUTPUT = 1_234_567_891, 345_678_912, 98_765_431

LITELLM = """
import json, sys, litellm
litellm.suppress_debug_info = True
answers = {}
for model, provider, cached in json.load(sys.stdin):
    answers[model] = litellm.cost_per_token(
        model=model, custom_llm_provider=provider, prompt_tokens=1234567891 + cached, completion_tokens=98765431,
        cache_read_input_tokens=cached
    )
print(json.dumps(answers))
"""

THREE_ROUNDINGS = 3 * sys.float_info.epsilon


def plain_offers(imported: Imported) -> Iterator[tuple[str, Serverless]]:
    """Yield (provider, offer) of everything that is billed by token and carried without remarks."""
    for sheet in imported.sheets:
        remarks = {offer["sku"]: offer.get("note", "") for offer in sheet["offers"]}
        for offer in build_offers(sheet):
            if isinstance(offer, Serverless) and not remarks[offer.sku]:
                yield sheet["provider"], offer


def lines_of(offer: Serverless, cached: int, requests: int = 1) -> list[Line]:
    """Return the bill of one long request, as an evaluation of it alone would make it."""
    arrival, asked, read, made = (np.array([count]) for count in (NOON_US, UNCACHED + cached, cached, OUTPUT))
    history = RequestLog(arrival, asked, read, made)
    (priced,) = blended([offer], counts_of(history), class_sums_of(history))
    assert isinstance(priced, Serverless)
    return serverless_lines(priced, Usage(requests, UNCACHED, cached, OUTPUT))


def cached_of(offer: Serverless) -> int:
    """Return the cached tokens to bill: none where the list has no price for them."""
    return CACHED if prices_cached_apart(offer) else 0


def test_bills_agree_with_genai_prices_to_the_last_digit() -> None:
    listed = {provider.id: {model.id: model for model in provider.models} for provider in get_snapshot().providers}
    exact = 0
    for provider, offer in plain_offers(genai_prices.read(WANTED)):
        cached = cached_of(offer)
        usage = ListUsage(input_tokens=UNCACHED + cached, cache_read_tokens=cached, output_tokens=OUTPUT)
        theirs = listed[provider][offer.model].get_prices(NOON).calc_price(usage)["total_price"]
        ours = total(lines_of(offer, cached))
        if ours != theirs:  # a price with float noise beyond the twelve places that a sheet states
            assert len(str(theirs).partition(".")[2]) > 18
            assert math.isclose(ours, theirs, rel_tol=1e-12), (provider, offer.model)
        exact += ours == theirs
    assert exact > 1000


def litellm_costs(asked: list[tuple[str, str, int]]) -> dict[str, list[float]]:
    """Ask the other calculator, in a process of its own, for the prompt's and the completion's cost of each model."""
    told = subprocess.run(
        [sys.executable, "-c", LITELLM],
        input=json.dumps(asked),
        env={"LITELLM_LOCAL_MODEL_COST_MAP": "True"},
        capture_output=True,
        text=True,
        check=True,
    )
    answers: dict[str, list[float]] = json.loads(told.stdout)
    return answers


def litellm_offers() -> Iterator[tuple[str, dict[str, Any], Serverless]]:
    """Yield (name, entry, offer) of every chat model whose price does not depend on the hour."""
    listed, version = litellm.installed()
    for name, entry in listed.items():
        varies = "off_peak_pricing" in entry
        if entry.get("mode") != "chat" or varies or "input_cost_per_token" not in entry:
            continue
        for sheet in litellm.read({name: entry}, version, WANTED).sheets:
            for offer in build_offers(sheet):
                if isinstance(offer, Serverless):
                    yield name, entry, offer


def test_bills_agree_with_litellm_as_far_as_floats_reach() -> None:
    offers = list(litellm_offers())
    costs = litellm_costs([(name, entry["litellm_provider"], cached_of(offer)) for name, entry, offer in offers])
    for name, _, offer in offers:
        lines = lines_of(offer, cached_of(offer), requests=0)
        prompt = total(line for line in lines if line.code != "output_tokens")
        completion = total(line for line in lines if line.code == "output_tokens")
        if costs[name] == [0, 0]:
            assert "-exp-" in name  # which litellm calls free, whatever its own list says
            continue
        for ours, theirs in zip((prompt, completion), costs[name], strict=True):
            assert math.isclose(ours, theirs, rel_tol=THREE_ROUNDINGS), (name, ours, theirs)
    assert len(offers) > 1000
