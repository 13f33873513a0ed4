"""From a traffic file to a report by forms alone, as a browser without scripts sends them."""

import io
import json
import re
from typing import Any

from service.kit.db.database import Database
from service.kit.jobs.worker import Worker
from service.resources import JOBS
from tests.api.pages.browsing import HTML, Browser
from tests.clients import ApiClient
from tests.evaluating import csv_of, sheet, week

WALL = "time,input_tokens,output_tokens,project\n" + "".join(
    f"2026-10-{5 + minute // 1440:02} {minute // 60 % 24:02}:{minute % 60:02}:00,1200,300,a\n"
    for minute in range(10080)
)


def file(content: str | bytes, name: str = "log.csv") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content.encode() if isinstance(content, str) else content), name


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ").replace("&#39;", "'")


def uploaded(browser: Browser, **more: Any) -> str:  # noqa: ANN401
    """Send a good file; return the workload's id."""
    answer = browser.send("/start", file=file(csv_of(week())), name="Chat", model="m70", **more)
    assert answer.status_code == 303, text(answer.text)
    return answer.location.split("/")[2]


def test_from_a_file_that_is_refused_to_an_answer(api: ApiClient, database: Database) -> None:
    browser = Browser.of(api)
    assert "Drop your traffic" in browser.get("/start").text
    refused = browser.send("/start", file=file(WALL), name="Chat", model="m70")
    assert refused.status_code == 422
    assert 'name="zone"' in refused.text.split('<div id="told">')[1].split("</fieldset>")[0]
    assert 'value="Chat"' in refused.text
    assert api.get("/v1/workloads").json["items"] == []
    led = browser.send("/start", file=file(WALL), name="Chat", model="m70", zone="Europe/Berlin")
    shape = text(browser.get(led.location).text)
    assert "A request log in CSV: 10,080 rows read, 10,080 used." in shape
    assert "Times are taken as Europe/Berlin" in shape
    assert re.search(r"ignored\s+project", shape)
    assert "A steady load" in shape
    start = led.location.partition("/traffic")[0]
    prices = browser.get(f"{start}/prices").text
    assert "No price sheet in force offers m70" in prices
    fault = browser.send(f"{start}/prices", text=json.dumps(sheet() | {"currency": "dollars"}))
    assert (fault.status_code, "<code>/currency</code>" in fault.text, "dollars" in fault.text) == (422, True, True)
    added = browser.send(f"{start}/prices", text=json.dumps(sheet()))
    assert f"{start}/prices?added=ps_" in added.location
    chosen = re.search(r'name="sheet" value="(ps_\w+:1)"', browser.get(added.location).text)
    assert chosen is not None
    questions = browser.get(f"{start}/policy?sheets_shown=1&sheet={chosen[1]}").text
    assert chosen[1] in questions
    answers = {"sheets_shown": "1", "sheet": chosen[1], "first_token_seconds": "2", "margin": "5", "months": "0"}
    asked = browser.send(f"{start}/policy", **answers, base="batch")
    assert asked.location.startswith("/evaluations/ev_")
    while Worker(database, JOBS).run_one():
        pass
    assert "Recommendation:" in browser.get(asked.location).text
    stored = api.get(f"/v1{asked.location}").json["inputs"]
    assert stored["price_sheets"][0]["id"] == chosen[1].partition(":")[0]
    assert (stored["policy"]["margin"], stored["policy"]["max_term_months"]) == ("0.05", 0)
    assert (stored["policy"]["latency"]["target_ms"], stored["policy"]["queue"]["wait_ms"]) == (2000.0, 3600000.0)


WRONG = (
    ({"margin": "abc"}, "i-margin", "is not a number"),
    ({"margin": "400"}, "i-margin", "1"),
    ({"months": "1.5"}, "i-months", "0"),
    ({"first_token_seconds": "-3"}, "i-first_token_seconds", "1"),
    ({"further": '{"traffic_factor": 0}'}, "further", "/policy/traffic_factor"),
    ({"knob.hybrid.threshold": "2"}, "n-knob.hybrid.threshold", "1"),
    ({"knob.queue.wait_ms": "much"}, "n-knob.queue.wait_ms", "number"),
    ({"further": "no"}, "refused", "This is not JSON"),
    ({"sheets_shown": "1"}, "refused", "Choose at least one price sheet"),
    ({"sheets_shown": "1", "sheet": "ps_x:no"}, "refused", ""),
    ({"base": "invented"}, "refused", ""),
)


def test_answers_that_do_not_hold_are_marked_and_kept(api: ApiClient) -> None:
    api.post("/v1/price-sheets", json=sheet())
    browser = Browser.of(api)
    start = f"/start/{uploaded(browser)}"
    for fields, field, said in WRONG:
        page = browser.send(f"{start}/policy", **{"residency": "", "slow_request": "0.25"} | fields)
        assert page.status_code in (400, 422), fields
        assert f'id="{field}"' in page.text
        assert not field.startswith("n-knob") or f'id="{field}" class="bad"' in page.text
        assert said in text(page.text), fields
        assert 'value="0.25"' in page.text
    assert api.get("/v1/evaluations").json["items"] == []


def test_faults_of_the_first_form_are_told_together(api: ApiClient) -> None:
    browser = Browser.of(api)
    page = browser.send("/start", file=file("x"), name="", model="")
    assert page.status_code == 422
    assert page.text.count('aria-invalid="true"') >= 2
    assert browser.send("/start", name="Chat", model="m70").status_code == 422
    worse = browser.send("/start", file=file(csv_of(week())), name="Chat", model="m70", bucket_seconds="7", zone="Mars")
    assert "Must be one of: 1, 5, 10" in text(worse.text)
    assert "Not an IANA time zone" in text(worse.text)
    rows = "time,input_tokens,output_tokens\n" + "2026-10-05T00:00:00Z,x,1\n" * 5
    bad = browser.send("/start", file=file(rows), name="Chat", model="m70")
    assert re.search(r"Line Column Value Why 2 input_tokens x not a whole number", text(bad.text)), text(bad.text)


def test_a_column_that_is_not_recognised_is_picked_among_those_of_the_file(api: ApiClient) -> None:
    browser = Browser.of(api)
    odd = csv_of(week()).decode()
    odd = f"when_was_it{odd[odd.index(',') :]}"
    refused = browser.send("/start", file=file(odd), name="Chat", model="m70")
    assert refused.status_code == 422
    assert "No column is recognised as the time of a row. Say which one it is." in text(refused.text)
    picker = re.search(r'<select id="w-column.arrival".*?</select>', refused.text, re.DOTALL)
    assert picker is not None
    first = re.search(r'<option value="when_was_it">when_was_it: (.*?)</option>', picker[0])
    assert first is not None
    assert len(first[1].split(", ")) == 3
    led = browser.send("/start", file=file(odd), name="Chat", model="m70", **{"column.arrival": "when_was_it"})
    assert led.status_code == 303, text(led.text)


def test_the_same_file_twice_is_one_history_of_one_workload(api: ApiClient) -> None:
    browser = Browser.of(api)
    first = uploaded(browser)
    assert uploaded(browser) == first
    assert len(api.get(f"/v1/workloads/{first}/traffic-histories").json["items"]) == 1
    taken = browser.send("/start", file=file(csv_of(week())), name="Chat", model="m8")
    assert (taken.status_code, "Choose another name" in taken.text) == (409, True)
    more = browser.send(f"/workloads/{first}/traffic", file=file(csv_of(week(2))))
    assert more.location.startswith(f"/start/{first}/traffic?history=th_")
    assert len(api.get(f"/v1/workloads/{first}/traffic-histories").json["items"]) == 2


def test_model_and_zone_can_be_put_right_until_somebody_else_did(api: ApiClient) -> None:
    browser = Browser.of(api)
    workload = uploaded(browser)
    here = f"/start/{workload}/traffic"
    assert browser.send(here, model="m8", zone="Europe/Berlin", version="1").location == here
    assert api.get(f"/v1/workloads/{workload}").json["model"] == "m8"
    assert browser.send(here, model="m9", zone="UTC", version="1").status_code == 422
    assert browser.send(here, model="m9", zone="Mars", version="2").status_code == 422


def test_without_traffic_the_shape_leads_to_the_file(api: ApiClient) -> None:
    workload = api.post("/v1/workloads", json={"name": "New", "model": "m"}).json["id"]
    assert Browser.of(api).get(f"/start/{workload}/traffic").location == f"/workloads/{workload}/traffic"


def test_who_may_only_read_cannot_start_and_others_workloads_are_not_found(
    api: ApiClient, other_api: ApiClient
) -> None:
    workload = uploaded(Browser.of(api))
    for address in ("/start", f"/workloads/{workload}/traffic", f"/start/{workload}/policy"):
        assert Browser.of(api, "viewer").get(address).status_code == 403
    stranger = Browser.of(other_api)
    for address in ("traffic", "prices", "policy"):
        assert stranger.get(f"/start/{workload}/{address}").status_code == 404
    assert stranger.send(f"/workloads/{workload}/traffic", file=file(csv_of(week()))).status_code == 404


def test_a_form_above_the_limit_is_refused_before_it_is_read(api: ApiClient) -> None:
    browser = Browser.of(api)
    workload = uploaded(browser)
    answer = browser.client.post(
        f"/start/{workload}/prices", data={"token": browser.token, "text": "x" * 5_000_000}, headers=HTML
    )
    assert answer.status_code == 413
    assert api.get("/v1/price-sheets").json["items"] == []
