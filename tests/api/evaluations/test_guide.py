"""docs/evaluations.md tells the truth: its worked example is what the service answers, its snippet checks a digest."""

import json
import re
import subprocess
import sys
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.clients import ApiClient
from tests.evaluating import evaluate, new_sheet, new_workload, ready, reprice, upload

GUIDE = Path(__file__).resolve().parents[3] / "docs/evaluations.md"

STEPS = ["the start", "prices changed", "traffic changed", "policy changed"]

Json = dict[str, Any]


@pytest.fixture
def history(api: ApiClient) -> list[Json]:
    """Evaluate a workload at the start, then after its prices, its traffic and its policy changed."""
    new_sheet(api)
    workload_id = new_workload(api)
    upload(api, workload_id, scale=5)
    versions = [evaluate(api, workload_id).json]
    reprice(api, gpu="3.40", committed="2.40", token="0.50")
    versions.append(evaluate(api, workload_id).json)
    upload(api, workload_id, scale=12)
    versions.append(evaluate(api, workload_id).json)
    versions.append(evaluate(api, workload_id, policy={"max_term_months": 0}).json)
    return versions


def diff(api: ApiClient, before: Json, after: Json) -> Json:
    answer = api.get(f"/v1/evaluations/{after['id']}/diff?against={before['id']}")
    assert answer.status_code == 200, answer.text
    recommended: Json = answer.json["recommended"]
    return recommended


def versions_table(history: list[Json]) -> str:
    rows = [
        f"| {body['version']} | {step} | `{body['recommendation']['option']}` | {amount_of(body)} |"
        for body, step in zip(history, STEPS, strict=True)
    ]
    return "\n".join(["| version | after | recommended | USD a month |", "|---|---|---|---:|", *rows])


def parts_table(found: Json) -> str:
    rows = [f"| {told(part)} | {amount(part['amount']):+f} |" for part in found["parts"]]
    total = f"| **change of the recommended total** | **{amount(found['change']):+f}** |"
    return "\n".join(["| cause | USD a month |", "|---|---:|", *rows, total])


def told(part: Json) -> str:
    """Say what a part is for."""
    through = f", through `{'`, `'.join(part['offers'])}`" if part["offers"] else ""
    going = f": going from `{part['from']}` to `{part['to']}`" if part["kind"] == "switch" else ""
    return " and ".join(part["causes"]) + through + going


def amount(money: Json) -> Decimal:
    return Decimal(money["amount"])


def amount_of(body: Json) -> Decimal:
    return amount(body["recommendation"]["monthly_cost"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_worked_example_is_what_the_service_answers(api: ApiClient, history: list[Json]) -> None:
    guide = GUIDE.read_text()
    steps = [diff(api, before, after) for before, after in pairwise(history)]
    whole = diff(api, history[0], history[-1])
    for table in (versions_table(history), *map(parts_table, steps), parts_table(whole)):
        assert table in guide, f"docs/evaluations.md should say:\n\n{table}"
    for found in (*steps, whole):
        assert sum(amount(part["amount"]) for part in found["parts"]) == amount(found["change"])
    assert amount(whole["change"]) == amount_of(history[-1]) - amount_of(history[0])
    assert amount(whole["change"]) == sum(amount(found["change"]) for found in steps)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_snippet_prints_the_digest(api: ApiClient, tmp_path: Path) -> None:
    answer = evaluate(api, ready(api))
    (tmp_path / "evaluation.json").write_bytes(answer.data)
    [snippet] = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    done = subprocess.run([sys.executable, "-c", snippet], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == f"{answer.json['digest']}\n"
    tampered = answer.json | {"recommendation": answer.json["recommendation"] | {"mode": "dedicated"}}
    (tmp_path / "evaluation.json").write_text(json.dumps(tampered))
    done = subprocess.run([sys.executable, "-c", snippet], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout != f"{answer.json['digest']}\n"
