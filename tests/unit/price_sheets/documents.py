"""A small price sheet to change, and what a change of it leads to."""

import json
from copy import deepcopy
from typing import Any

from service.kit.http import strict_json
from service.price_sheets.lint.finding import Finding, SheetError
from service.price_sheets.validation import load

Json = dict[str, Any]

SHEET: Json = {
    "provider": "acme",
    "name": "ACME list",
    "currency": "USD",
    "effective_from": "2026-11-01",
    "source": {"url": "https://acme.example/pricing", "as_of": "2026-11-20"},
    "offers": [
        {
            "sku": "m70-token",
            "mode": "serverless",
            "model": "m70",
            "region": "us-east",
            "prices": [
                {"meter": "input_tokens", "amount": "0.60", "per": 1_000_000},
                {"meter": "cached_input_tokens", "amount": "0.15", "per": 1_000_000},
                {
                    "meter": "output_tokens",
                    "amount": "2.40",
                    "per": 1_000_000,
                    "tiers": [{"above": 500_000_000, "amount": "2.00"}, {"above": 900_000_000, "amount": "1.80"}],
                },
                {"meter": "requests", "amount": "0.20", "per": 1000},
            ],
            "monthly_minimum": "10",
            "limits": {"requests_per_minute": 6000, "tokens_per_minute": 2_000_000},
            "cold_start": {"idle_seconds": 300, "start_seconds": 12.5},
            "warm_pool": {"hourly": "1.20", "concurrency": 16},
            "speed": {"prefill_tokens_per_second": 9000, "decode_tokens_per_second": [[1, 70]]},
            "isolation": {"tenancy": "shared", "version_pinning": False, "residency": ["us"]},
        },
        {
            "sku": "m70-8xh100",
            "mode": "dedicated",
            "model": "m70",
            "region": "us-east",
            "unit": "replica",
            "gpu": "8xH100",
            "quantization": "fp8",
            "units": {"minimum": 1, "increment": 1, "maximum": 32},
            "rates": [
                {"term_months": 0, "hourly": "36.00", "billing_seconds": 60},
                {"term_months": 12, "hourly": "25.20", "upfront": "100"},
            ],
            "capacity": {
                "kind": "concurrency",
                "slots": 64,
                "prefill_tokens_per_second": 40_000,
                "decode_tokens_per_second": [[1, 90], [16, 70.5], [64, 38]],
            },
            "start_seconds": 600,
            "autoscale": {"minimum": 0, "idle_seconds": 600},
            "isolation": {"tenancy": "dedicated", "version_pinning": True, "certifications": ["SOC 2"]},
        },
        {
            "sku": "m70-ptu",
            "mode": "dedicated",
            "model": "m70",
            "region": "us-east",
            "unit": "ptu",
            "units": {"minimum": 15, "increment": 5},
            "rates": [{"term_months": 0, "hourly": "1.00"}, {"term_months": 1, "monthly": "260"}],
            "capacity": {
                "kind": "throughput",
                "window_seconds": 60,
                "axes": [
                    {"per_minute": 1200, "weights": {"input_tokens": 1, "cached_input_tokens": 0, "output_tokens": 6}},
                    {"per_minute": "0.5", "weights": {"output_tokens": "0.0000006"}},
                ],
            },
        },
    ],
}
"""Every field of both modes and both kinds of capacity; nothing to remark on."""

TOKEN, GPU, PTU = range(3)


def sheet() -> Json:
    """Return a copy to change."""
    return deepcopy(SHEET)


def changed(path: str, value: object) -> Json:
    """Return the sheet with the value at a JSON pointer replaced, or added under a new name."""
    document = sheet()
    *parents, last = path.removeprefix("/").split("/")
    node: Any = document
    for parent in parents:
        node = node[int(parent)] if isinstance(node, list) else node[parent]
    if isinstance(node, list):
        node[int(last)] = value
    else:
        node[last] = value
    return document


def without(path: str) -> Json:
    """Return the sheet without what is at a JSON pointer."""
    document = sheet()
    *parents, last = path.removeprefix("/").split("/")
    node: Any = document
    for parent in parents:
        node = node[int(parent)] if isinstance(node, list) else node[parent]
    del node[last]
    return document


def findings(document: object) -> list[Finding]:
    """Return the errors of a document, or else its warnings."""
    try:
        return list(load(document)[1])
    except SheetError as refused:
        return list(refused.findings)


def told(document: object) -> set[tuple[str, str, str]]:
    """Return (severity, code, pointer) of every finding."""
    return {(finding.severity, finding.code, finding.pointer) for finding in findings(document)}


def as_sent(document: object) -> Any:  # noqa: ANN401 - any JSON value
    """Return a document as the service reads it from a request."""
    return strict_json.loads(json.dumps(document).encode())
