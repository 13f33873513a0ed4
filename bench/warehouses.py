"""A year of 100 million requests in DuckDB and in ClickHouse: added up by minute, and decided on."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from bench._scenarios import hundred_offers
from service.example import WORKLOAD, sheets
from service.price_sheets.offer_values import build_offers
from service.traffic_histories.reading import ReadOptions, read_history
from service.workflow.document import document
from service.workflow.evaluate import evaluate
from service.workflow.policy import Policy
from service.workflow.traffic import BucketSeries

REQUESTS = int(os.environ.get("REQUESTS", "100000000"))

ENGINES = ("duckdb", "clickhouse")


def main() -> None:
    """Print what each engine spent, whether both answers are the same, and what deciding on them costs."""
    engines = [engine for engine in ENGINES if engine == "duckdb" or find_spec("chdb") is not None]
    with tempfile.TemporaryDirectory(dir=os.environ.get("FOLDER")) as name:
        folder = Path(name)
        read = {engine: _summed(engine, folder) for engine in engines}
        content = {engine: (folder / f"{engine}.csv").read_bytes() for engine in engines}
    print(f"  answers: {len(set(content.values()))} of {len(content)} engines, to the byte")
    print(f"  digests: {', '.join(sorted({series.digest for series in read.values()}))}")
    _decide(read["duckdb"])


def _summed(engine: str, folder: Path) -> BucketSeries:
    command = [sys.executable, "-m", "bench._warehouse", engine, str(REQUESTS), str(folder)]
    told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1])
    print(f"  {engine}: {REQUESTS:,} requests made in {told['fill']:.1f} s, added up in {told['sums']:.1f} s,", end=" ")
    print(f"peak {told['peak_gib']:.2f} GiB", flush=True)
    file = folder / f"{engine}.csv"
    begun = time.perf_counter()
    history = read_history(file, ReadOptions(kind="series", absent="idle", cached_included=True)).history
    assert isinstance(history, BucketSeries)
    assert history.requests is not None
    print(f"    {file.stat().st_size / 2**20:.1f} MiB of CSV read in {time.perf_counter() - begun:.1f} s:", end=" ")
    tokens = int(history.input_tokens.sum())
    print(f"{len(history.start_us):,} buckets, {int(history.requests.sum()):,} requests, {tokens:,} input tokens")
    return history


def _decide(history: BucketSeries) -> None:
    example = [offer for sheet in sheets() for offer in build_offers(sheet, WORKLOAD["model"])]
    for title, offers in (("the example's", example), ("100", hundred_offers())):
        begun = time.perf_counter()
        document(evaluate(history, offers, Policy()))
        spent = time.perf_counter() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"  evaluated against {title} offers in {spent:.1f} s, peak {peak:.2f} GiB", flush=True)
