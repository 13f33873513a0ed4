"""Reports on difficult inputs, as pages of their own: nothing overlaps, leaves the page or scrolls sideways."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

from service.evaluations.document import Envelope, body_of
from service.evaluations.engine import Materials, answer_of
from service.policies.policy_schema import policy_of
from service.price_sheets.offer_values import build_offers
from service.reports.chart_data import chart_data
from service.reports.report import report
from service.workflow.traffic import BucketSeries
from tests.browser.pages import DARK, PHONE, faults, misplaced
from tests.evaluating import Case, sheet, week

Json = dict[str, Any]

LONG = "x" * 30 + "-" + "w" * 33


def _many() -> Json:
    tokens, gpu = sheet()["offers"]
    serverless = [tokens | {"sku": f"{LONG[:60]}{number:03}"} for number in range(70)]
    dedicated = [gpu | {"sku": f"gpu-{number}", "region": f"region-{number}"} for number in range(30)]
    return sheet() | {"provider": "a provider whose name goes on and on for long", "offers": serverless + dedicated}


def _rare(series: BucketSeries) -> BucketSeries:
    """Return the week with one request in all."""
    requests = np.zeros_like(series.requests)
    requests[500] = 1
    return BucketSeries(series.bucket_seconds, series.start_us, requests, requests * 1000, requests * 0, requests * 300)


def _tokenless(series: BucketSeries) -> BucketSeries:
    nothing = series.input_tokens * 0
    return BucketSeries(series.bucket_seconds, series.start_us, series.requests, nothing, nothing, nothing)


def _short(series: BucketSeries) -> BucketSeries:
    assert series.requests is not None
    starts, requests, counts = series.start_us[:40], series.requests[:40], series.input_tokens[:40]
    return BucketSeries(series.bucket_seconds, starts, requests, counts, counts * 0, counts)


SHEETS: dict[str, Json] = {
    "one offer": sheet() | {"offers": sheet()["offers"][:1]},
    "100 offers": _many(),
    "right to left": sheet() | {"provider": "مزود الخدمة", "name": "قائمة الأسعار"},
    "tiny prices": sheet(token="0.000001", gpu="0.0001", committed="0.00001"),
    "huge prices": sheet(token="900", gpu="9000", committed="8000"),
}

TRAFFIC: dict[str, Callable[[BucketSeries], BucketSeries]] = {
    "one request": _rare,
    "no tokens": _tokenless,
    "too little": _short,
}

POLICIES: dict[str, Json] = {"nothing allowed": {"isolation": {"required": {"residency": ["mars"]}}}}


EVERY = (*SHEETS, *TRAFFIC, *POLICIES)

USUAL = ("100 offers", "right to left", "too little", "nothing allowed")
"""In every run; the others in long proofs. The first two are looked at by axe too."""


def reports(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the name and the page of these cases."""
    for name in names:
        case = Case(3, SHEETS.get(name), POLICIES.get(name))
        document = case.sheet or sheet()
        history = TRAFFIC[name](week(3)) if name in TRAFFIC else week(3)
        materials = Materials(history, build_offers(document), policy_of(case.policy or {}))
        body = body_of(Envelope(), case.inputs, answer_of(materials))
        drawn = None
        if name in ("one offer", "one request") or (name == "100 offers" and names is EVERY):
            drawn = json.loads(json.dumps(chart_data(history, materials.offers, materials.policy, body)))
        yield name, report(body, [document], drawn)


@pytest.mark.parametrize("names", [USUAL, pytest.param(EVERY, marks=pytest.mark.prove)], ids=["usual", "every"])
def test_difficult_inputs_are_drawn_without_a_fault(chromium: Browser, names: Sequence[str]) -> None:
    phone = chromium.new_page(**PHONE | DARK)
    wide = chromium.new_page(viewport={"width": 1440, "height": 900})
    for name, content in reports(names):
        for reader in (phone, wide):
            reader.set_content(content)
            assert misplaced(reader) == [], name
        if name in USUAL[:2]:
            assert faults(phone) == [], name
        assert len(content.encode()) < 150_000, name
    wide.close()
    phone.close()
