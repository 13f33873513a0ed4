"""The last step's ranking: decided again from what is kept, never replayed unasked, and as the evaluation says."""

import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import pytest

from service.evaluations import previews
from service.kit.db.database import Database
from service.kit.jobs.worker import Worker
from service.reports.answer import sentence
from service.reports.offer_names import Names
from service.reports.reading import Answer
from service.resources import JOBS
from service.workflow.compute.kinds import replay_specs, serverless, sizing
from tests.api.pages.browsing import Browser
from tests.api.pages.test_start import text, uploaded
from tests.clients import ApiClient
from tests.evaluating import sheet

REPLAYS = (
    (replay_specs, "replay_hybrid"),
    (replay_specs, "replay_dedicated"),
    (replay_specs, "replay_autoscaled"),
    (replay_specs, "replay_throughput"),
    (serverless, "replay_serverless"),
    (serverless, "replay_instances"),
    (sizing, "replay_dedicated"),
    (sizing, "replay_within"),
)

ANSWERS = (
    {"margin": "25"},
    {"months": "0"},
    {"tenancy": "on"},
    {"version_pinning": "on"},
    {"residency": "mars"},
    {"margin": "0", "months": "1", "provisional": "on"},
    {"further": '{"modes": ["serverless", "hybrid"], "isolation": {"value_per_month": "50"}}'},
    {"further": '{"sufficiency": {"days": 21}, "review_days": 7}'},
)
"""What is answered without a replay: margin, terms, needs, values, modes, evidence."""


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    """Let nothing be kept of other tests, nor be prepared beside one."""
    previews.forget()
    yield
    _prepared()


def _prepared() -> None:
    """Wait until likely answers are prepared for."""
    for thread in threading.enumerate():
        if thread.name == "foresee":
            thread.join()


@contextmanager
def no_replay() -> Iterator[None]:
    """Refuse every replay, once what is prepared beside requests is done."""
    _prepared()
    with ExitStack() as stack:
        for module, name in REPLAYS:
            stack.enter_context(patch.object(module, name, side_effect=AssertionError(f"{name} was called")))
        yield


def asked(browser: Browser, start: str, **answers: str) -> str:
    page = browser.get(f"{start}/policy?{urlencode(answers)}")
    assert page.status_code == 200
    return page.text


def head(page: str) -> tuple[str, str] | None:
    """Return the answer and the total of a ranking, None where there is none yet."""
    found = re.search(r'id="h-ranking">(.*?)</h2>\s*<p class="lead">(.*?)</p>', page, re.DOTALL)
    return None if found is None else (text(found[1]), text(re.sub("</?b>", "", found[2])).strip())


def saved(api: ApiClient, database: Database, start: str, **answers: str) -> tuple[str, str]:
    """Save the evaluation; return the answer and the total of its report."""
    address = Browser.of(api).send(f"{start}/policy", **answers).location
    while Worker(database, JOBS).run_one():
        pass
    body: dict[str, Any] = api.get(f"/v1{address}").json
    said = sentence(Answer(body), Names([sheet()], {"model": "m70"}))
    return text(said.heading), text(f"{said.total or ''}{said.beneath}").strip()


def test_answers_that_need_no_replay_are_decided_without_one_and_as_they_are_evaluated(
    api: ApiClient, database: Database
) -> None:
    api.post("/v1/price-sheets", json=sheet())
    browser = Browser.of(api)
    start = f"/start/{uploaded(browser)}"
    with no_replay():
        unasked = asked(browser, start)
    assert head(unasked) is None
    assert "data-seconds=" in unasked
    assert head(asked(browser, start, show="1")) is not None
    _prepared()
    with no_replay():
        shown = [head(asked(browser, start, **answers)) for answers in ANSWERS]
    for answers, there in [*zip(ANSWERS, shown, strict=True)][1::5]:
        assert there == saved(api, database, start, **answers)
    assert len(set(shown)) > 2


def test_another_goal_is_replayed_only_when_that_is_asked_for(api: ApiClient) -> None:
    api.post("/v1/price-sheets", json=sheet())
    browser = Browser.of(api)
    start = f"/start/{uploaded(browser)}"
    asked(browser, start, show="1")
    _prepared()
    for answers in ({"first_token_seconds": "2"}, {"further": '{"traffic_factor": "2"}'}):
        with no_replay():
            assert head(asked(browser, start, **answers)) is None
        assert head(asked(browser, start, **answers, show="1")) is not None


def test_nobody_is_shown_what_was_computed_for_somebody_else(api: ApiClient, other_api: ApiClient) -> None:
    starts = []
    for one in (api, other_api):
        one.post("/v1/price-sheets", json=sheet())
        starts.append(f"/start/{uploaded(Browser.of(one))}")
    asked(Browser.of(api), starts[0], show="1")
    assert head(asked(Browser.of(api), starts[0])) is not None
    assert head(asked(Browser.of(other_api), starts[1])) is None
    assert Browser.of(other_api).get(f"{starts[0]}/policy").status_code == 404


def test_no_more_is_kept_than_there_is_room_for(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    api.post("/v1/price-sheets", json=sheet())
    browser = Browser.of(api)
    start = f"/start/{uploaded(browser)}"
    factors = [{"further": f'{{"traffic_factor": "{factor}"}}'} for factor in ("1", "2")]
    monkeypatch.setattr(previews, "MOST_KEPT", 1)
    for answers in factors:
        asked(browser, start, **answers, show="1")
    assert [head(asked(browser, start, **answers)) is None for answers in factors] == [True, False]
    monkeypatch.setattr(previews, "MOST_BYTES", 1000)
    assert head(asked(browser, start, **factors[0], show="1")) is not None
    assert [head(asked(browser, start, **answers)) for answers in factors] == [None, None]


def test_answers_that_do_not_hold_are_marked_where_they_are_asked(api: ApiClient) -> None:
    browser = Browser.of(api)
    start = f"/start/{uploaded(browser)}"
    assert "No price sheet" in text(asked(browser, start)) or "No ranking yet." in text(asked(browser, start))
    api.post("/v1/price-sheets", json=sheet())
    page = asked(browser, start, margin="abc", months="6")
    assert re.search(r'id="i-margin"[^>]*aria-invalid="true"', page)
    assert 'value="6"' in page
    assert "No ranking yet." in page


def test_the_steps_say_what_was_found_and_pass_the_answers_on(api: ApiClient) -> None:
    made = api.post("/v1/price-sheets", json=sheet()).json
    browser = Browser.of(api)
    start = f"/start/{uploaded(browser)}"
    pin = f"{made['id']}:1"
    page = asked(browser, start, sheets_shown="1", sheet=pin, months="6")
    said = text(page)
    assert re.search(r"1 Traffic [\d,]+ requests 2 Its shape 7 days 3 Prices 1 sheet 4 What matters", said)
    back = re.search(r'href="(/start/[^"]+/prices\?[^"]+)"', page)
    assert back is not None
    prices = browser.get(back[1].replace("&amp;", "&")).text
    assert 'name="months" value="6"' in prices
    assert re.search(rf'value="{pin}" checked', prices)
