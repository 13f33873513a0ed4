"""Deciding again under other policies, on replays kept: the example, its page too, and a million by 100 offers."""

import http.client
import os
import socket
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode

from bench._scenarios import hundred_offers, week_log
from service.cli import creating
from service.cli.demo.server import running
from service.evaluations.previews import FORESEEN_SECONDS
from service.example import WORKLOAD, sheets
from service.example.traffic import example_log
from service.kit.db import schema
from service.kit.db.database import Database
from service.price_sheets.offer_values import build_offers
from service.workflow.compute.replay_cache import NotReplayedError
from service.workflow.document import document
from service.workflow.evaluate import evaluate
from service.workflow.offers import Offer
from service.workflow.policy import IsolationNeeds, IsolationPolicy, Policy, SufficiencyPolicy
from service.workflow.policy_change import Computation, foreseen
from service.workflow.traffic import TrafficHistory

POLICY = Policy()

ANSWERS = {
    "margin 25 %": replace(POLICY, margin=Decimal("0.25")),
    "on demand alone": replace(POLICY, max_term_months=0),
    "dedicated tenancy": replace(POLICY, isolation=IsolationPolicy(IsolationNeeds(tenancy="dedicated"))),
    "no hybrids": replace(POLICY, modes=("serverless", "dedicated", "autoscaled")),
    "three weeks asked": replace(POLICY, sufficiency=SufficiencyPolicy(days=21)),
}


PAGE_ANSWERS = {
    "as asked": "",
    "margin 25 %": "margin=25",
    "on demand alone": "months=0",
    "dedicated tenancy": "tenancy=on",
    "no hybrids": "knob.modes=serverless,dedicated,autoscaled",
    "three weeks asked": "knob.sufficiency.days=21",
}
"""The same answers as a form of the guided start sends them."""

RUNS, REQUESTS = 5, 31


def main() -> None:
    """Print seconds of the first computation and of preparing for answers, and milliseconds of each answer.

    Preparing ends when the service would end it: after FORESEEN_SECONDS.
    """
    evaluate(week_log(5_000), hundred_offers(), POLICY)
    offers = [offer for sheet in sheets() for offer in build_offers(sheet, WORKLOAD["model"])]
    _report("the example: 726,698 requests, 10 offers", example_log(), offers)
    with tempfile.TemporaryDirectory(prefix="crossover-bench-") as folder:
        _pages(Path(folder))
    _report("a week of 1,000,000 requests, 100 offers over 12 curves", week_log(), hundred_offers())


def _report(title: str, history: TrafficHistory, offers: Sequence[Offer]) -> None:
    print(title)
    with ThreadPoolExecutor(2) as executor:
        begun = time.perf_counter()
        computation = Computation(history, offers, POLICY)
        computation.under(POLICY, executor, may_replay=True)
        first = time.perf_counter()
        for likely in foreseen(POLICY, computation.offers):
            with suppress(NotReplayedError):
                computation.under(
                    likely,
                    executor,
                    may_replay=True,
                    is_over=lambda: time.perf_counter() - first > FORESEEN_SECONDS,
                )
        print(f"  first {first - begun:.2f} s, foreseen {time.perf_counter() - first:.2f} s", end="")
        print(f", holds about {computation.size_bytes / 2**20:.0f} MiB")
        for name, policy in ANSWERS.items():
            try:
                print(f"  {name}: {_best(computation, policy, executor):.0f} ms")
            except NotReplayedError:
                print(f"  {name}: takes a replay")


def _best(computation: Computation, policy: Policy, executor: ThreadPoolExecutor) -> float:
    """Return the milliseconds of the quickest of a few runs."""
    spent = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        document(computation.under(policy, executor, may_replay=False))
        spent.append(time.perf_counter() - begun)
    return 1000 * min(spent)


def _pages(folder: Path) -> None:
    """Print milliseconds of whole pages of the last step of the guided start, over HTTP, of the example."""
    url = f"sqlite:///{folder / 'bench.sqlite3'}"
    os.environ |= {"CROSSOVER_DATABASE_URL": url, "CROSSOVER_WORK_FOLDER": str(folder / "work")}
    database = Database(url)
    schema.upgrade(database)
    database.dispose()
    key = creating.create("bench", "bench", "owner")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with running(f"http://127.0.0.1:{port}", "127.0.0.1", port, folder / "server.log"):
        browser = _Browser(port)
        browser.sign_in(key)
        led = browser.send("/start/example")
        workload = led.partition("/start/")[2].partition("/")[0]
        page = f"/start/{workload}/policy"
        begun = time.perf_counter()
        browser.get(f"{page}?show=1")
        print(f"its page, over HTTP: first ranking {time.perf_counter() - begun:.2f} s")
        prepared = time.perf_counter() + 2 * FORESEEN_SECONDS
        while time.perf_counter() < prepared:
            browser.get("/settings")  # a connection that waits is closed
            time.sleep(0.5)
        for name, answers in PAGE_ANSWERS.items():
            spent = []
            for _ in range(REQUESTS):
                begun = time.perf_counter()
                body = browser.get(f"{page}?{answers}")
                spent.append(1000 * (time.perf_counter() - begun))
            shown = "" if "h-ranking" in body else ", without a ranking: takes a replay"
            told = f"median {statistics.median(spent):.0f} ms, least {min(spent):.0f} ms of {REQUESTS}"
            print(f"  {name}: {told}, {len(body) / 1000:.0f} kB, load {os.getloadavg()[0]:.1f}{shown}", flush=True)


class _Browser:
    """A session on one connection, hence at one of the server's processes: each keeps replays of its own."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        self._headers = {"Accept": "text/html"}
        self._token = ""

    def sign_in(self, key: str) -> None:
        answer = self._asked("POST", "/sign-in", urlencode({"key": key}))
        self._headers["Cookie"] = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        self._token = self.get("/start").partition('name="token" value="')[2].partition('"')[0]

    def get(self, address: str) -> str:
        return self._asked("GET", address).read().decode()

    def send(self, address: str) -> str:
        """Send a form that has no fields; return where it leads."""
        answer = self._asked("POST", address, urlencode({"token": self._token}))
        answer.read()
        return str(answer.getheader("Location"))

    def _asked(self, method: str, address: str, form: str | None = None) -> http.client.HTTPResponse:
        said = {} if form is None else {"Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request(method, address, form, self._headers | said)
        answer = self._connection.getresponse()
        if method == "POST" and address == "/sign-in":
            answer.read()
        return answer


if __name__ == "__main__":
    main()
