"""Renewals: until when to act, and what staying, leaving, extending and letting end cost."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from icalendar import Calendar

from service.commitments.models import Commitment
from service.kit.db.database import Database
from service.kit.jobs.worker import Worker
from service.renewals.choices import afterwards, until_the_end
from service.resources import CHORES, JOBS
from service.workflow.document.options import AnsweredOption
from tests.answers import answered_option
from tests.clients import ApiClient
from tests.evaluating import csv_of, week
from tests.examples import bought

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)

SHEET: dict[str, Any] = {
    "provider": "acme", "name": "list", "currency": "USD", "effective_from": "2026-01-01",
    "source": {"name": "contract", "as_of": "2026-01-01"},
    "offers": [
        {"sku": "tokens", "mode": "serverless", "model": "m", "prices": [
            {"meter": "input_tokens", "amount": "2", "per": 1_000_000},
            {"meter": "output_tokens", "amount": "8", "per": 1_000_000}]},
        {"sku": "ptu", "mode": "dedicated", "model": "m", "unit": "ptu",
         "units": {"minimum": 15, "increment": 5}, "rates": [{"term_months": 12, "monthly": "221"}],
         "capacity": {"kind": "throughput", "window_seconds": 60,
                      "axes": [{"per_minute": 20000, "weights": {"input_tokens": 1, "output_tokens": 4}}]}},
    ],
}  # fmt: skip
"""Units and tokens for a small chat: 15 units reserved for a year, used for a part."""


def light_traffic() -> bytes:
    """Return a week of few requests, every ten minutes the same."""
    lines = csv_of(week()).decode().splitlines()
    return "\n".join([lines[0], *(f"{line.split(',')[0]},50,100000,10000" for line in lines[1:])]).encode()


@pytest.fixture
def workload(api: ApiClient) -> str:
    """Give an evaluated workload whose units are the incumbent."""
    assert api.post("/v1/price-sheets", json=SHEET).status_code == 201
    facts = {"name": "Chat", "model": "m", "incumbent": "hybrid:acme/ptu@12x15+acme/tokens"}
    workload_id = str(api.post("/v1/workloads", json=facts).json["id"])
    path = f"/v1/workloads/{workload_id}"
    sent = api.post(f"{path}/traffic-histories", data=light_traffic(), headers={"Content-Type": "text/csv"})
    assert sent.status_code == 201, sent.text
    assert api.post(f"{path}/evaluations", json={}).status_code == 201
    return workload_id


def buy(api: ApiClient, workload_id: str | None, **said: object) -> str:
    body = {
        **bought(""), "workload_id": workload_id, "sku": "ptu", "units": 15, "monthly_per_unit": "221",
        "starts_on": "2026-05-28", "ends_on": "2027-05-27", "notice_by": "2027-04-27", **said,
    }  # fmt: skip
    answer = api.post("/v1/commitments", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def test_units_that_are_paid_for_are_not_advised_away(api: ApiClient, workload: str) -> None:
    """Tokens are cheaper by list prices; with half a year still owed, leaving costs the whole bill of tokens more."""
    latest = api.get(f"/v1/workloads/{workload}/evaluations").json["items"][0]
    evaluation = api.get(f"/v1/evaluations/{latest['id']}").json
    assert evaluation["recommendation"]["option"] == "hybrid:acme/ptu@12x15+acme/tokens"
    (alone,) = [option for option in evaluation["options"] if option["key"] == "serverless:acme/tokens"]
    commitment = buy(api, workload)
    with time_machine.travel(NOW, tick=False):
        told = api.get(f"/v1/commitments/{commitment}/renewal").json
    tokens = "1226.40"
    assert alone["monthly_cost"]["amount"] == "4541.40", "the tokens, and the 15 units that stay owed"
    until = told["until_the_end"]
    assert until["stay"]["monthly_cost"]["amount"] == until["stay"]["owed"]["amount"] == "3315.00"
    assert until["leaving_costs_more"]["amount"] == tokens
    assert told["afterwards"]["extend"]["monthly_cost"]["amount"] == "3315.00"
    assert told["afterwards"]["let_end"] == {
        "option": "serverless:acme/tokens",
        "monthly_cost": {"amount": tokens, "currency": "USD"},
        "owed": {"amount": "0.00", "currency": "USD"},
    }
    assert told["detail"][0].startswith("Stay until 2027-05-27: leaving for serverless:acme/tokens now costs")
    assert told["detail"][1].startswith("Then let it end: serverless:acme/tokens costs")
    with time_machine.travel(datetime(2027, 6, 1, tzinfo=UTC), tick=False):
        assert api.get(f"/v1/commitments/{commitment}/renewal").json["until_the_end"] is None


def option(key: str, total: str, lines: dict[str, str], units: int | None = None) -> AnsweredOption:
    bill = [{"code": code, "amount": amount} for code, amount in lines.items()]
    return answered_option(key, total, dedicated="ptu" if units else None, units=units, lines=bill)


def test_a_reservation_with_half_a_year_left_by_hand() -> None:
    """15 units of 221 a month; tokens instead would cost 1,226.40: that is what leaving costs more."""
    commitment = Commitment(sku="ptu", units=15, monthly_per_unit=221)
    tokens = option("serverless:acme/tokens", "1226.40", {"input_tokens": "876.00", "output_tokens": "350.40"})
    same = option("dedicated:acme/ptu@12x15", "3315.00", {"reserved_units": "1031.407", "idle": "2283.593"}, 15)
    more = option(
        "hybrid:acme/ptu@12x20+acme/t", "4450.00", {"reserved_units": "4420.00", "output_tokens": "30.00"}, 20
    )
    all_three = [tokens, same, more]
    now, then = until_the_end(commitment, all_three, {"ptu"}), afterwards(all_three, {"ptu"})
    assert now.first is not None
    assert now.second is not None
    assert (now.first.option, str(now.first.monthly_cost)) == ("dedicated:acme/ptu@12x15", "3315.000")
    assert f"{now.second.monthly_cost:.2f}" == "4541.40"
    assert f"{now.difference:.2f}" == "1226.40"
    assert f"{then.difference:.2f}" == "-2088.60"
    beyond = until_the_end(commitment, [tokens, more], {"ptu"}).first
    assert beyond is not None
    assert beyond.monthly_cost == 3315 + 5 * 221 + 30, "five units more than are paid for cost what they cost"
    none = until_the_end(commitment, [tokens], {"ptu"})
    assert (none.first, none.difference) == (None, None)


def test_what_cannot_be_compared_says_what_is_missing(api: ApiClient, workload: str) -> None:
    without = api.get(f"/v1/commitments/{buy(api, None)}/renewal")
    assert without.status_code == 409
    assert "workload_id" in without.json["detail"]
    other = str(api.post("/v1/workloads", json={"name": "Other", "model": "m"}).json["id"])
    never = api.get(f"/v1/commitments/{buy(api, other)}/renewal")
    assert never.status_code == 409
    assert "no completed evaluation" in never.json["detail"]
    evaluation = api.get(f"/v1/workloads/{workload}/evaluations").json["items"][0]["id"]
    foreign = api.get(f"/v1/commitments/{buy(api, other)}/renewal?evaluation_id={evaluation}")
    assert (foreign.status_code, foreign.json["errors"][0]["pointer"]) == (422, "/evaluation_id")
    euros = api.get(f"/v1/commitments/{buy(api, workload, currency='EUR')}/renewal")
    assert (euros.status_code, euros.json["errors"][0]["code"]) == (422, "other_currency")
    absent = api.get(f"/v1/commitments/{buy(api, workload, sku='gone')}/renewal").json
    assert absent["until_the_end"]["leaving_costs_more"] is None
    assert "no option with gone" in absent["detail"][0]


def test_renewals_come_by_the_day_somebody_must_act(api: ApiClient) -> None:
    late = buy(api, None)
    soon = buy(api, None, ends_on="2026-12-20", notice_by=None)
    passed = buy(api, None, ends_on="2026-12-31", notice_by="2026-11-01", renews=True)
    buy(api, None, ends_on="2026-11-26", notice_by=None)
    with time_machine.travel(NOW, tick=False):
        found = api.get("/v1/renewals").json["items"]
        near = api.get("/v1/renewals?days=30").json["items"]
    assert [(one["commitment"]["id"], one["days_left"]) for one in found] == [(passed, -26), (soon, 23), (late, 151)]
    assert [one["commitment"]["id"] for one in near] == [passed, soon]
    assert "has passed: it goes on" in found[0]["detail"]
    assert "Give notice by 2027-04-27" in found[2]["detail"]


def test_the_calendar_is_read_by_others_and_is_the_same_bytes(api: ApiClient) -> None:
    commitment = buy(api, None, description="a, b; c\nd")
    with time_machine.travel(NOW, tick=False):
        answer = api.get("/v1/renewals.ics")
        assert answer.data == api.get("/v1/renewals.ics").data
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    entries = Calendar.from_ical(answer.data).walk("VEVENT")
    assert {str(entry["uid"]): str(entry.decoded("dtstart")) for entry in entries} == {
        f"{commitment}-notice@crossover": "2027-04-27",
        f"{commitment}-end@crossover": "2027-05-27",
    }
    assert str(entries[0]["summary"]) == "Last day for notice: 15 x ptu of acme"
    assert "a, b; c\nd" in str(entries[0]["description"])


@pytest.mark.both_engines
def test_somebody_is_reminded_once_a_month_before(api: ApiClient, database: Database) -> None:
    first = buy(api, None, ends_on="2027-01-15", notice_by="2026-12-20")
    buy(api, None, ends_on="2027-01-15", notice_by="2026-12-20", is_settled=True)
    buy(api, None)
    for day in (20, 21, 22):
        with time_machine.travel(datetime(2026, 11, day, tzinfo=UTC), tick=False):
            worker = Worker(database, JOBS, chores=CHORES)
            worker.do_chores()
        raised = api.get("/v1/events?action=commitment.renewal_due").json["items"]
        assert [event["resource_id"] for event in raised] == [first]


def test_units_of_another_provider_under_the_same_name_are_not_those_that_are_paid_for(
    api: ApiClient, workload: str
) -> None:
    commitment = buy(api, workload, provider="another")
    with time_machine.travel(NOW, tick=False):
        told = api.get(f"/v1/commitments/{commitment}/renewal").json
    assert told["until_the_end"]["stay"] is None
    assert "no option with ptu of another" in told["detail"][0]
