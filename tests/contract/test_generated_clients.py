"""Clients that are generated from openapi.yaml type-check strictly, and run a whole evaluation on a real server."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.kit.db.database import Database
from tests.clients import new_organization
from tests.databases import sqlite_url
from tests.evaluating import csv_of, sheet, week
from tests.guards.sources import ROOT
from tests.server import Server, serving

PROGRAMS = Path(__file__).parent / "programs"

MYPY = """
[mypy]
strict = True
[mypy-crossover_client.client]
# What the generator writes of every API alike: hooks of `with` that it does not type.
ignore_errors = True
"""

TSCONFIG = {
    "compilerOptions": {
        "strict": True,
        "exactOptionalPropertyTypes": True,
        "noUncheckedIndexedAccess": True,
        "module": "nodenext",
        "target": "es2022",
        "types": ["node"],
    },
    "files": ["whole_evaluation.ts"],
}

PACKAGES = (
    "openapi-typescript@7.13.0",
    "typescript@5.9.3",
    "openapi-fetch@0.17.0",
    "@types/node@20.19.43",
)


@pytest.fixture(scope="module")
def served(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """Give a server, and the address of its database."""
    folder = tmp_path_factory.mktemp("clients")
    shutil.copy(migrated_sqlite, folder / "clients.sqlite3")
    url = sqlite_url(folder / "clients.sqlite3")
    with serving(url, folder) as server:
        yield server, url


@pytest.fixture
def server(served: tuple[Server, str]) -> Server:
    """Give the server with the key of an organization of this test's own."""
    database = Database(served[1])
    _, key = new_organization(database, "Generated")
    database.dispose()
    return replace(served[0], key=key)


def run(command: Sequence[str | Path], folder: Path) -> str:
    """Run a command in a folder; return what it printed."""
    done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def given(server: Server, folder: Path) -> list[str | Path]:
    """Write the files of a program; return its arguments."""
    (folder / "sheet.json").write_text(json.dumps(sheet()))
    (folder / "traffic.csv").write_bytes(csv_of(week()))
    return [f"http://127.0.0.1:{server.port}", server.key, folder / "sheet.json", folder / "traffic.csv"]


def assert_told(told: dict[str, Any], server: Server) -> None:
    """What a client read is what the server's own bytes say."""
    (entry,) = server.call("GET", "/v1/evaluations")[1]["items"]
    body = server.call("GET", f"/v1/evaluations/{entry['id']}")[1]
    assert told == {
        "mode": body["recommendation"]["mode"],
        "option": body["recommendation"]["option"],
        "amount": body["recommendation"]["monthly_cost"]["amount"],
        "requests": body["measurement"]["totals"]["requests"],
        "flips": [point["name"] for point in body["comparison"]["flip_points"]],
        "reasons": [reason["code"] for reason in body["recommendation"]["reasons"]],
    }


def test_the_python_client(server: Server, tmp_path: Path) -> None:
    made: list[str | Path] = [
        Path(sys.executable).parent / "openapi-python-client",
        "generate",
        "--path",
        ROOT / "openapi.yaml",
    ]
    (tmp_path / "none.yaml").write_text("post_hooks: []\n")
    made += ["--config", tmp_path / "none.yaml", "--meta", "none", "--output-path", tmp_path / "crossover_client"]
    run(made, tmp_path)
    shutil.copy(PROGRAMS / "whole_evaluation.py", tmp_path)
    (tmp_path / "mypy.ini").write_text(MYPY)
    run([sys.executable, "-m", "mypy", "whole_evaluation.py"], tmp_path)
    printed = run([sys.executable, "whole_evaluation.py", *given(server, tmp_path)], tmp_path)
    assert_told(json.loads(printed), server)


def test_the_typescript_client(server: Server, tmp_path: Path) -> None:
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("types for TypeScript are made by node and npm, which are not here")
    (tmp_path / "package.json").write_text('{"private": true}')
    installed = subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--prefer-offline", *PACKAGES],
        check=False, cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    if installed.returncode:
        pytest.skip(f"npm cannot install the generator: {installed.stderr[-200:]}")
    tools = tmp_path / "node_modules/.bin"
    run([tools / "openapi-typescript", ROOT / "openapi.yaml", "-o", "api.d.ts"], tmp_path)
    shutil.copy(PROGRAMS / "whole_evaluation.ts", tmp_path)
    (tmp_path / "tsconfig.json").write_text(json.dumps(TSCONFIG))
    run([tools / "tsc"], tmp_path)
    printed = run(["node", "whole_evaluation.js", *given(server, tmp_path)], tmp_path)
    assert_told(json.loads(printed), server)
