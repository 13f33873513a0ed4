"""The example sheet that the CSV template is filled with: an offer of each kind, to be overwritten."""

from service.price_sheets.offer_values import Json

TEMPLATE: Json = {
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
                    "tiers": [{"above": 500_000_000, "amount": "2.00"}],
                },
                {"meter": "requests", "amount": "0.20", "per": 1000},
            ],
            "monthly_minimum": "0",
            "limits": {"requests_per_minute": 6000, "tokens_per_minute": 2_000_000},
            "cold_start": {"idle_seconds": 300, "start_seconds": 12},
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
                    {
                        "per_minute": 1200,
                        "weights": {"input_tokens": 1, "cached_input_tokens": 0, "output_tokens": 6},
                    }
                ],
            },
            "isolation": {"tenancy": "shared", "version_pinning": True, "residency": ["us"]},
        },
    ],
}
