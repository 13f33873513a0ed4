"""The example sheet that the CSV template is filled with: one offer of each mode, to be overwritten."""

from service.price_sheets.build import Json

TEMPLATE: Json = {
    "provider": "acme",
    "name": "ACME offer of November",
    "currency": "USD",
    "effective_from": "2026-11-01",
    "source": {"as_of": "2026-11-20", "url": "https://acme.example/pricing"},
    "offers": [
        {
            "sku": "m70-token",
            "mode": "serverless",
            "model": "m70",
            "region": "us-east",
            "prices": [
                {"meter": "input_tokens", "amount": "0.60", "per": 1_000_000},
                {"meter": "cached_input_tokens", "amount": "0.15", "per": 1_000_000},
                {"meter": "output_tokens", "amount": "2.40", "per": 1_000_000},
            ],
            "monthly_minimum": "0",
            "isolation": {"tenancy": "shared", "residency": ["us"]},
        },
        {
            "sku": "m70-8xh100",
            "mode": "dedicated",
            "model": "m70",
            "region": "us-east",
            "gpu": "8xH100",
            "quantization": "fp8",
            "unit": "replica",
            "units": {"minimum": 1, "increment": 1, "maximum": 32},
            "rates": [
                {"term_months": 0, "hourly": "36.00", "billing_seconds": 60},
                {"term_months": 12, "hourly": "25.20", "upfront": "0"},
            ],
            "capacity": {
                "kind": "concurrency",
                "slots": 64,
                "prefill_tokens_per_second": 40_000,
                "decode_tokens_per_second": [[1, 90], [16, 70], [64, 38]],
            },
            "start_seconds": 600,
            "isolation": {"tenancy": "dedicated", "version_pinning": True, "residency": ["us", "eu"]},
        },
    ],
}
