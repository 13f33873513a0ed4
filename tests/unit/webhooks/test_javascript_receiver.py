"""Signatures are taken by the Standard Webhooks package of JavaScript, and changed bodies are not."""

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.events.models import Event
from service.webhooks import messages

PACKAGE = "standardwebhooks@1.1.1"

RECEIVER = """
const { Webhook } = require("standardwebhooks");
const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
const taken = given.map(({ secret, body, headers }) => {
  try { new Webhook(secret).verify(body, headers); return true; } catch { return false; }
});
console.log(JSON.stringify(taken));
"""

OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the package into a folder of its own."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed")
    folder = tmp_path_factory.mktemp("receiver")
    command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", PACKAGE]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode != 0:
        pytest.skip(f"npm cannot install {PACKAGE}: {done.stderr[-200:]}")
    return folder


def event(number: int) -> Event:
    return Event(
        organization_id="org_01k9x3v5s8f5ma8d2p3h6q7r9t", sequence=number, action="workload.created",
        resource_id=f"wl_{number} ü “q”", actor_kind="api_key", actor_id="key", request_id="r", at=datetime.now(UTC),
        before=None, after="sha256:" + "0" * 64, hash="sha256:" + "1" * 64,
    )  # fmt: skip


@pytest.mark.prove
def test_the_javascript_package_takes_what_we_sign_and_nothing_else(package: Path) -> None:
    cases, expected = [], []
    for number in range(1, 101):
        told = event(number)
        body = messages.body(told)
        headers = messages.headers(told, body, (NEW, OLD), datetime.now(UTC))
        for secret, content, taken in (
            (NEW, body, True), (OLD, body, True), (b"x" * 32, body, False), (NEW, body + b" ", False),
        ):  # fmt: skip
            cases.append({"secret": messages.spelled(secret), "body": content.decode(), "headers": headers})
            expected.append(taken)
    done = subprocess.run(
        ["node", "-e", RECEIVER], cwd=package, input=json.dumps(cases), capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == expected
