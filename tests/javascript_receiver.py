"""The Standard Webhooks package of JavaScript: what it takes, of messages as they were sent."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

PACKAGE = "standardwebhooks@1.1.1"

RECEIVER = """
const { Webhook } = require("standardwebhooks");
const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
const taken = given.map(({ secret, body, headers }) => {
  Date.now = () => 1000 * Number(headers["webhook-timestamp"]);
  try { new Webhook(secret).verify(body, headers); return true; } catch { return false; }
});
console.log(JSON.stringify(taken));
"""
"""Judges each message at the time it was sent."""


class JavaScriptReceiver:
    """The package, installed into a folder of its own."""

    def __init__(self, folder: Path) -> None:
        """Remember where it is."""
        self.folder = folder

    def takes(self, messages: Sequence[Mapping[str, Any]]) -> list[bool]:
        """Return for each message, of `secret`, `body` and `headers`, whether it is taken."""
        done = subprocess.run(
            ["node", "-e", RECEIVER], cwd=self.folder, input=json.dumps(messages), capture_output=True, text=True,
            check=True,
        )  # fmt: skip
        return list(json.loads(done.stdout))


@pytest.fixture(scope="session")
def javascript_receiver(tmp_path_factory: pytest.TempPathFactory) -> JavaScriptReceiver:
    """Install the package."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed")
    folder = tmp_path_factory.mktemp("receiver")
    command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", PACKAGE]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode != 0:
        pytest.skip(f"npm cannot install {PACKAGE}: {done.stderr[-200:]}")
    return JavaScriptReceiver(folder)
