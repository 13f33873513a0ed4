"""One input, one answer: over HTTP from a real server on SQLite, on PostgreSQL, and from the command line on files."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from service.evaluations.document import ENVELOPE
from service.kit import canonical_json
from tests.cli.crossover import crossover
from tests.effort import EFFORT
from tests.server import JSON, Server, serving
from tests.shared_data import shared_data

SHEETS = Path(__file__).resolve().parents[2] / "service/example/price_sheets"
MODEL = "llama-3.3-70b-instruct"
PROVISIONAL = {"sufficiency": {"allow_provisional": True}}

Json = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A file, how it is told to be read, and the policy."""

    path: str
    told: dict[str, str]
    policy: Json


EVERY_CASE = {
    "azure_code": Case("requests/AzureLLMInferenceTrace_code.csv", {"zone": "UTC"}, {}),
    "azure_conv": Case("requests/AzureLLMInferenceTrace_conv.csv", {"zone": "UTC"}, PROVISIONAL),
    "two_weeks": Case("series/servegen-m-small/client-9.csv", {}, {"traffic_factor": "3"}),
}
CASES = {name: case for name, case in EVERY_CASE.items() if EFFORT == "prove" or name != "azure_conv"}
"""A log and a series; the other log is like the first, and takes as long as both."""


def content_of(body: Json) -> bytes:
    """Return the bytes of an evaluation without what only names rows of one database."""
    content = {name: value for name, value in body.items() if name not in ENVELOPE}
    inputs = content["inputs"]
    named = (inputs["traffic_history"], *inputs["price_sheets"])
    nameless = [{name: value for name, value in entry.items() if name == "digest"} for entry in named]
    return canonical_json.dumps(
        content | {"inputs": inputs | {"traffic_history": nameless[0], "price_sheets": nameless[1:]}}
    )


def over_http(server: Server, case: Case) -> Json:
    """Store everything anew and evaluate it; return the body as it is stored."""
    query = "&".join(f"{name}={value}" for name, value in case.told.items())
    content = shared_data(f"traffic/{case.path}").read_bytes()
    return server.evaluated(server.workload(case.path, MODEL), content, case.policy, query)


def on_files(case: Case, folder: Path) -> Json:
    """Decide on the files by the command."""
    policy = folder / "policy.json"
    policy.write_text(json.dumps(case.policy))
    told = [part for name, value in case.told.items() for part in ("--read", f"{name}={value}")]
    files = ("--prices", SHEETS, "--traffic", shared_data(f"traffic/{case.path}"), "--policy", policy)
    done = crossover("evaluate", *files, "--model", MODEL, *told, "--json", folder=folder)
    assert done.returncode in (0, 3), done.stderr
    body: Json = json.loads(done.stdout)
    assert canonical_json.dumps(body).decode() + "\n" == done.stdout
    return body


@pytest.fixture(scope="module")
def loose(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Json]:
    """Give the body of every case from the command."""
    return {name: on_files(case, tmp_path_factory.mktemp(name)) for name, case in CASES.items()}


@pytest.fixture
def served(database_url: str, tmp_path: Path) -> dict[str, Json]:
    """Give the body of every case from a server on this database."""
    with serving(database_url, tmp_path) as server:
        for sheet in sorted(SHEETS.glob("*.json")):
            status, told = server.call("POST", "/v1/price-sheets", sheet.read_bytes(), JSON)
            assert status == 201, told
        return {name: over_http(server, case) for name, case in CASES.items()}


def test_a_server_on_either_database_and_the_command_answer_the_same_bytes(
    served: dict[str, Json], loose: dict[str, Json]
) -> None:
    for name in CASES:
        assert served[name]["id"].startswith("ev_")
        assert len(loose[name]["options"]) >= 20, name
        assert content_of(served[name]) == content_of(loose[name]), name
        assert served[name]["digest"] == loose[name]["digest"], name
    modes = [loose[name]["recommendation"]["mode"] for name in CASES]
    assert modes[0] == "insufficient_data"
    assert "insufficient_data" not in modes[1:]
    assert len({body["digest"] for body in loose.values()}) == len(CASES)
