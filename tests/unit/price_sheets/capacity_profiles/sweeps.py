"""Results of benchmarks for tests."""

from typing import Any


def table(slower: float = 1) -> str:
    """Return a sweep of 1000 tokens in and 100 out, whose steps take `slower` times as long."""
    rows = [(1, 60, 10), (2, 75, 10.4), (4, 110, 11.1), (8, 180, 12.6), (16, 320, 15.5)]
    told = "concurrency,ttft_ms,tpot_ms,input_tokens,output_tokens\n"
    return told + "".join(f"{streams},{first},{token * slower},1000,100\n" for streams, first, token in rows)


def sweep(slower: float = 1) -> dict[str, Any]:
    """Return the body of a profile."""
    return {
        "name": "acme-70b on 4 GPUs",
        "model": "acme-70b",
        "unit": "4 GPUs, engine 1.0",
        "source": {"as_of": "2026-11-01", "name": "our sweep"},
        "results": [table(slower)],
    }
