"""`make run` in one command: set up, load, evaluate, print; the second start keeps everything; Ctrl-C ends it."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.cli import serving
from service.cli.demo import run
from tests.cli.crossover import crossover
from tests.processes import free_port

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Give the folder of a first start, and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    done = crossover("demo", "--once", "--port", free_port(), folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return folder, done.stdout


@contextmanager
def staying(folder: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the example and give it, with what it printed, once it stays up."""
    command = [sys.executable, "-m", "service.cli", "demo", "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        printed = []
        for line in process.stdout:
            printed.append(line)
            if "Ctrl-C stops it" in line:
                break
        yield process, "".join(printed)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_it_writes_a_page_with_pictures_and_says_where(started: tuple[Path, str]) -> None:
    folder, printed = started
    page = folder / "var/report.html"
    assert f"The same with pictures: {page.as_uri()}" in printed
    text = page.read_text()
    assert "let what overflows go to Groq" in text
    assert "<svg" in text


def test_it_prints_the_recommendation_and_every_option(started: tuple[Path, str]) -> None:
    _, printed = started
    assert "Recommendation: hybrid" in printed
    assert printed.count("\n> hybrid:together/together-2xh100@0x1+groq/groq-llama") == 1
    for kind in (
        "serverless:groq/groq-llama-3.3-70b-versatile",
        "dedicated:together/together-2xh100@0",
        "dedicated:azure/azure-ptu-global@12",
    ):
        assert re.search(rf"^[> ] {re.escape(kind)}.* [\d,]+\.\d\d", printed, re.MULTILINE), kind
    assert "the traffic is generated" in printed


def test_the_key_is_kept_for_our_own_eyes(started: tuple[Path, str]) -> None:
    folder, printed = started
    path = folder / "var/example.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["key"] in printed


def test_the_second_start_keeps_what_is_there_and_its_curl_repeats_the_answer(started: tuple[Path, str]) -> None:
    folder, first = started
    port = free_port()
    with staying(folder, port) as (process, second):
        assert "Uploading" not in second
        link = second.split()[second.split().index("hour):") + 1]
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with opener.open(link, timeout=60) as page:
            assert "/evaluations/ev_" in page.url
            assert "let what overflows go to Groq" in page.read().decode()
        assert first[first.index("Recommendation") : first.index("Prices are")] in second
        address, key = re.search(r"curl -X POST -H 'Authorization: Bearer (\S+)' .* (http\S+)", second).group(2, 1)  # type: ignore[union-attr]
        request = urllib.request.Request(
            address, b"{}", {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            repeated = json.load(answer)
        stored = json.loads((folder / "var/example.json").read_text())["evaluation_id"]
        original = urllib.request.Request(
            f"http://127.0.0.1:{port}/v1/evaluations/{stored}", headers={"Authorization": f"Bearer {key}"}
        )
        with urllib.request.urlopen(original, timeout=60) as answer:
            assert json.load(answer)["digest"] == repeated["digest"]
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("left", ["", '{"key": ', "[1]", '{"key": 7}', '{"key": "co_not_ours"}'])
def test_what_a_start_before_left_broken_is_made_anew(
    left: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    serving.migrate()
    (tmp_path / "var/example.json").write_text(left)
    made = run._kept(Path("var"))
    assert made["key"].startswith("co_")
    assert run._kept(Path("var")) == made


def test_a_taken_port_is_told_with_the_mend(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = crossover("demo", "--once", "--port", taken.getsockname()[1], folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "make run PORT=" in done.stderr
    assert not list(tmp_path.iterdir())
