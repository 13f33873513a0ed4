"""A whole evaluation by the client that openapi-python-client makes; argv: address, key, sheet and traffic."""

import io
import json
import sys
from decimal import Decimal
from pathlib import Path

from crossover_client import AuthenticatedClient
from crossover_client.api.evaluations import create_evaluation, get_evaluation
from crossover_client.api.price_sheets import create_price_sheet
from crossover_client.api.traffic_histories import upload_traffic_history
from crossover_client.api.workloads import create_workload
from crossover_client.models import (
    Evaluation,
    NewEvaluation,
    NewWorkload,
    Policy,
    PriceSheet,
    SufficiencyPolicy,
    TrafficHistory,
    WholePriceSheet,
    Workload,
)
from crossover_client.types import File, Unset
from httpx import Timeout


def evaluated(client: AuthenticatedClient, sheet: Path, traffic: Path) -> Evaluation:
    """Store a sheet and traffic, and evaluate them."""
    stored = create_price_sheet.sync(client=client, body=PriceSheet.from_dict(json.loads(sheet.read_text())))
    assert isinstance(stored, WholePriceSheet), stored
    workload = create_workload.sync(client=client, body=NewWorkload(name="generated", model="m70"))
    assert isinstance(workload, Workload), workload
    file = File(payload=io.BytesIO(traffic.read_bytes()), file_name=traffic.name, mime_type="text/csv")
    history = upload_traffic_history.sync(workload.id, client=client, body=file)
    assert isinstance(history, TrafficHistory), history
    body = NewEvaluation(policy=Policy(sufficiency=SufficiencyPolicy(allow_provisional=True)))
    answer = create_evaluation.sync_detailed(workload.id, client=client, body=body, prefer="wait=30")
    assert answer.status_code == 201, answer
    assert isinstance(answer.parsed, Evaluation)
    assert answer.parsed.id is not None
    found = get_evaluation.sync(answer.parsed.id, client=client)
    assert isinstance(found, Evaluation)
    return found


def told(found: Evaluation) -> dict[str, object]:
    """Return what the answer says, every field of it by its type."""
    assert not isinstance(found.recommendation, Unset)
    assert not isinstance(found.measurement, Unset)
    assert not isinstance(found.comparison, Unset)
    assert not isinstance(found.options, Unset)
    chosen = found.recommendation
    option = next(one for one in found.options if one.key == chosen.option)
    assert not isinstance(option.lines, Unset)
    lines = sum((Decimal(line.amount) for line in option.lines), Decimal(0))
    assert chosen.monthly_cost is not None
    assert lines == Decimal(chosen.monthly_cost.amount)
    return {
        "mode": chosen.mode.value,
        "option": chosen.option,
        "amount": chosen.monthly_cost.amount,
        "requests": found.measurement.totals.requests,
        "flips": [point.name for point in found.comparison.flip_points],
        "reasons": [reason.code for reason in chosen.reasons],
    }


def main(address: str, key: str, sheet: str, traffic: str) -> None:
    """Print what the answer says as JSON."""
    client = AuthenticatedClient(base_url=address, token=key, timeout=Timeout(300))
    print(json.dumps(told(evaluated(client, Path(sheet), Path(traffic)))))  # noqa: T201 - for who started it


main(*sys.argv[1:])
