"""Reports on every public history, at real list prices: nothing overlaps, leaves the page or scrolls sideways."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from service.evaluations.document import Envelope, Inputs, Pinned, body_of
from service.evaluations.engine import Materials, answer_of
from service.example import WORKLOAD, sheets
from service.policies.policy_schema import policy_document, policy_of
from service.price_sheets.offer_values import build_offers
from service.reports.chart_data import chart_data
from service.reports.report import report
from service.workflow.measure import seed_of
from tests.browser.pages import DARK, PHONE, misplaced
from tests.evaluating import Case
from tests.histories import MONDAY
from tests.reading import read
from tests.shared_data import SHARED, shared_data

POLICY = {"replay": {"max_requests": 60_000}}
"""Larger histories are sampled, so that all of them take minutes and not hours."""

RELATIVE = ("requests/mooncake", "requests/vidur")
"""Beginnings of names of files whose times have no day: they are taken to begin on a Monday."""

USUAL = ("requests/AzureLLMInferenceTrace_code.csv", "series/nab_elb_request_count_8c0756.csv")
"""In every run: single requests of an hour, and counts without tokens over two weeks. All others in long proofs."""

FILES = ("requests/*.csv", "requests/*.json", "requests/*.jsonl", "series/*.csv", "series/*/*.csv")


def every_file() -> list[str]:
    """Return the names of all public histories; none where they do not lie beside the checkout."""
    folder = SHARED / "traffic"
    return sorted(str(path.relative_to(folder)) for pattern in FILES for path in folder.glob(pattern))


def public_report(name: str) -> str:
    """Return the report on a public history at the example's prices, with its charts."""
    said: dict[str, Any] = {"start_us": MONDAY} if name.startswith(RELATIVE) else {"zone": "UTC"}
    history, _ = read(shared_data(f"traffic/{name}").read_bytes(), **said)
    documents, policy = list(sheets()), policy_of(POLICY)
    offers = tuple(offer for document in documents for offer in build_offers(document, WORKLOAD["model"]))
    pinned = tuple(Pinned(f"sha256:{number:064}") for number, _ in enumerate(documents))
    seed = seed_of(history, policy)
    inputs = Inputs(
        Pinned(history.digest), pinned, WORKLOAD["model"], policy_document(policy), Case().inputs.engine_version, seed
    )
    body = body_of(Envelope(), inputs, answer_of(Materials(history, offers, policy)))
    drawn = json.loads(json.dumps(chart_data(history, offers, policy, body)))
    return report(body, documents, drawn)


def reports(names: list[str] | tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the name and the report of each history."""
    for name in names:
        yield name, public_report(name)


@pytest.mark.parametrize("names", [USUAL, pytest.param(None, marks=pytest.mark.prove)], ids=["usual", "every"])
def test_public_histories_are_reported_without_a_fault(chromium: Browser, names: tuple[str, ...] | None) -> None:
    shared_data("traffic")
    readers = [chromium.new_page(**PHONE | DARK), chromium.new_page(viewport={"width": 1440, "height": 900})]
    found = {}
    for name, content in reports(names or every_file()):
        assert " style=" not in content, f"{name}: the security policy refuses styles in tags"
        assert "<script" not in content, name
        assert len(content.encode()) < 150_000, name
        for reader in readers:
            reader.set_content(content)
            found[name, reader.viewport_size["width"]] = misplaced(reader)  # type: ignore[index]
    assert {place: said for place, said in found.items() if said} == {}
    for reader in readers:
        reader.close()
