"""Against slosizer's hybrid plan of a public conversation trace: seconds, units, and what each says it costs.

slosizer needs Python 3.13, so it runs in an interpreter of its own, which only times its plan and not its start:
`SLOSIZER_PYTHON=.../bin/python python -m bench planner_slosizer`, where that has `pip install slosizer`.
"""

import csv
import json
import os
import subprocess
import tempfile
import time
from decimal import Decimal
from pathlib import Path

from bench._estimate_cases import FOLDER
from bench.planners import TOKENS, compute_best
from service.traffic_histories.reading.time_text import instant_text
from service.workflow.offers import Axis, Dedicated, ThroughputCapacity, Units
from service.workflow.rates import HOURS_PER_MONTH, Rate
from service.workflow.traffic import RequestLog
from tests.reading import read_log

TRACE = FOLDER / "requests/AzureLLMInferenceTrace_conv.csv"

PER_MINUTE, WEIGHT, HOURLY, MOST = 3400, 8, "0.04", 400
"""Of a unit: input tokens it serves, input tokens that an output token weighs, its price; units tried."""

THEIRS = """
import json, sys, time
import pandas as pd, slosizer as slz
path, per_minute, weight, hourly, most, paid_input, paid_output = json.load(sys.stdin)
frame = pd.read_csv(path, parse_dates=["at"])
schema = slz.RequestSchema(time_col="at", input_tokens_col="input", output_tokens_col="output")
trace = slz.from_dataframe(frame, schema=schema, provider="azure", model="m")
profile = slz.azure_profile("m", throughput_per_unit=per_minute / 60, output_weight=weight)
paid = slz.PaygoPricing(input_cost_per_million=paid_input, output_cost_per_million=paid_output)
card = slz.RateCard(provisioned=slz.ProvisionedPricing(cost_per_unit_hour=hourly), paygo=paid)
begun = time.perf_counter()
plan = slz.plan_hybrid_capacity(trace, profile, card, slz.HybridTarget(strategy="cost_optimal"),
                                options=slz.PlanOptions(max_units_to_search=most))
print(json.dumps([time.perf_counter() - begun, plan.provisioned_units, plan.total_cost_hourly]))
"""


def main() -> None:
    """Print both plans, and how many times as fast ours is found."""
    interpreter = os.environ.get("SLOSIZER_PYTHON")
    if interpreter is None or not TRACE.exists():
        print("  left out: it needs SLOSIZER_PYTHON, a Python 3.13 with slosizer, and the public traces")
        return
    log = read_log(TRACE.read_text(), zone="UTC")
    theirs, ours = _theirs(interpreter, log), _ours(log)
    for name, (seconds, units, hourly) in (("slosizer", theirs), ("ours", ours)):
        print(f"  {name:8} {seconds:8.3f} s   {units:3} units, {hourly:10,.4f} an hour")
    print(f"  ours is {theirs[0] / ours[0]:.1f} times as fast")


def _ours(log: RequestLog) -> tuple[float, int, float]:
    """Plan on budgets of a second, as theirs are."""
    weights = (("input_tokens", Decimal(1)), ("output_tokens", Decimal(WEIGHT)))
    budget = ThroughputCapacity(1, (Axis(Decimal(PER_MINUTE), weights),))  # type: ignore[arg-type]
    units = Dedicated("ptu", "m", "us", (Rate(0, hourly=Decimal(HOURLY)),), budget, Units(1, 1, MOST))
    compute_best(log, [TOKENS, units])
    begun = time.perf_counter()
    best = compute_best(log, [TOKENS, units])
    seconds = time.perf_counter() - begun
    bought = 0 if best.reservation is None else best.reservation.units
    return seconds, bought, float(best.monthly_cost) / HOURS_PER_MONTH


def _theirs(interpreter: str, log: RequestLog) -> tuple[float, int, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("at", "input", "output"))
            columns = (log.arrival_us.tolist(), log.input_tokens.tolist(), log.output_tokens.tolist())
            writer.writerows((instant_text(at), *tokens) for at, *tokens in zip(*columns, strict=True))
        paid = [float(price.amount) for price in TOKENS.prices]
        told = json.dumps([str(path), PER_MINUTE, WEIGHT, float(HOURLY), MOST, *paid])
        found = subprocess.run([interpreter, "-c", THEIRS], input=told, capture_output=True, text=True, check=True)
    seconds, units, hourly = json.loads(found.stdout.splitlines()[-1])
    return seconds, int(units), hourly
