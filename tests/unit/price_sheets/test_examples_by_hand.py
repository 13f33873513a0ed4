"""The worked examples in docs/offers, each evaluated on traffic so regular that its bill is worked out by hand.

A log of 73 hours stands for a tenth of a month of 730. One request a minute is 4,380 in it and 43,800 a month.
"""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.price_sheets.importers import azure
from service.price_sheets.importers.base import Wanted
from service.price_sheets.validation import offers_of
from service.workflow.evaluate import evaluate
from service.workflow.options import Option
from service.workflow.traffic import SECOND, RequestLog
from tests.markets import PROVISIONAL
from tests.unit.price_sheets.test_importers import azure_files

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "offers"
HOURS = 73
MINUTE, HOUR = 60, 3600
POLICY = replace(PROVISIONAL, max_term_months=36)


Seconds = np.ndarray[Any, np.dtype[np.int64]]


def document(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return content


def log(seconds: Seconds, *, tokens: int, cached: int = 0, output: int) -> RequestLog:
    """Return 73 hours with a request at each of these seconds; of its input tokens `cached` are cached."""
    ones = np.ones(len(seconds), np.int64)
    arrivals = np.sort(seconds).astype(np.int64) * SECOND
    return RequestLog(arrivals, ones * tokens, ones * cached, ones * output, start_us=0, end_us=HOURS * HOUR * SECOND)


def every_minute(*at: int) -> Seconds:
    """Return the seconds `at` of every minute of 73 hours."""
    return np.concatenate([np.arange(second, HOURS * HOUR, MINUTE) for second in at])


def options(name: str, history: RequestLog, incumbent: str | None = None) -> dict[str, Option]:
    """Return the options of an example by their keys."""
    found = evaluate(history, offers_of(document(name)), replace(POLICY, incumbent=incumbent))
    return {option.key: option for option in found.options}


def bill(option: Option) -> dict[str, tuple[Decimal, Decimal]]:
    """Return (quantity, amount) of the lines of an option that have an amount."""
    return {line.code: (line.quantity, line.amount) for line in option.lines if line.amount}


def money(*amounts: str) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


def test_per_token_with_cached_input() -> None:
    history = log(every_minute(0), tokens=1000, cached=400, output=200)
    option = options("per-token", history)["serverless:openai/gpt-4.1"]
    assert bill(option) == {
        "input_tokens": (Decimal(43_800 * 600), Decimal("52.56")),  # 26.28 million at 2.00
        "cached_input_tokens": (Decimal(43_800 * 400), Decimal("8.76")),  # 17.52 million at 0.50
        "output_tokens": (Decimal(43_800 * 200), Decimal("70.08")),  # 8.76 million at 8.00
    }
    assert option.monthly_cost == Decimal("131.40")


def test_per_request() -> None:
    option = options("per-request", log(every_minute(0), tokens=1000, output=200))["serverless:perplexity/sonar"]
    assert bill(option) == {
        "requests": (Decimal(43_800), Decimal("525.60")),  # 43.8 thousand at 12
        "input_tokens": (Decimal(43_800_000), Decimal("43.80")),
        "output_tokens": (Decimal(8_760_000), Decimal("8.76")),
    }
    assert option.monthly_cost == Decimal("578.16")


def test_a_fee_by_the_hour_beside_tokens() -> None:
    found = options("hosting-fee", log(every_minute(0), tokens=1000, output=200))
    assert bill(found["serverless:acme/m70-tuned"]) == {
        "input_tokens": (Decimal(43_800_000), Decimal("87.60")),  # 43.8 million at 2
        "output_tokens": (Decimal(8_760_000), Decimal("70.08")),  # 8.76 million at 8
        "hourly_fee": (Decimal(730), Decimal("1241.00")),  # 730 hours at 1.70
    }
    assert found["serverless:acme/m70-tuned"].monthly_cost == Decimal("1398.68")
    assert found["serverless:acme/m70-list"].monthly_cost == Decimal("236.52")  # 131.40 + 105.12


def test_a_quarter_that_may_wait_is_billed_by_the_batch() -> None:
    history = log(every_minute(0), tokens=1000, cached=400, output=200)
    policy = replace(POLICY, deferrable_share=Decimal("0.25"))
    found = evaluate(history, offers_of(document("live-and-batch")), policy)
    totals = {option.key: option.monthly_cost for option in found.options}
    # Live: 26.28 million at 2.00, 17.52 million at 0.50, 8.76 million at 8.00. The batch has no price of cached input.
    live = Decimal("52.56") + Decimal("8.76") + Decimal("70.08")
    batch = Decimal("26.28") + Decimal("17.52") + Decimal("35.04")
    assert totals == {
        "serverless:openai/gpt-4.1": live,
        "serverless:openai/gpt-4.1~openai/gpt-4.1-batch": live * 3 / 4 + batch / 4,
    }


def test_per_second_with_the_seconds_of_starting_and_idling() -> None:
    """1,200 input tokens at 12,000 a second and 54 output tokens at 54 a second are served in 1.1 s.

    The next request comes when the instance is gone: it is up for 31.8 s of starting, 1.1 s of serving, 5 s of idling.
    """
    found = options("per-second", log(every_minute(0), tokens=1200, output=54))
    up = Decimal("37.9") * 43_800
    assert bill(found["serverless:acme/m70-gpu-second"]) == {"compute_seconds": (up, up * Decimal("0.0026"))}
    assert found["serverless:acme/m70-gpu-second"].monthly_cost == Decimal("4316.052")
    figures = found["serverless:acme/m70-gpu-second"].figures
    assert figures is not None
    assert figures.first_token is not None
    assert figures.first_token.p50 == pytest.approx(31_900, rel=0.002)
    assert figures.cold_starts_per_month == pytest.approx(43_800)
    # One warm instance serves them all: 730 hours at 7.20, and no second is billed.
    assert bill(found["serverless:acme/m70-gpu-second+warm1"]) == {"warm_instances": (Decimal(730), Decimal("5256.00"))}


def test_a_request_that_comes_in_time_keeps_the_instance_for_less_than_starting_one() -> None:
    """Served at 31.8 to 32.9 s, so a second request at 36 s is warm and ends at 37.1: up 42.1 s instead of 75.8."""
    found = options("per-second", log(every_minute(0, 36), tokens=1200, output=54))
    up = Decimal("42.1") * 43_800
    assert bill(found["serverless:acme/m70-gpu-second"]) == {"compute_seconds": (up, up * Decimal("0.0026"))}


def test_provisioned_units_by_the_hour_the_month_and_the_year() -> None:
    """30,000 uncached input tokens and 2,500 output tokens weighing 4 are 40,000 of 3,000 a unit and minute."""
    one = options("azure-provisioned-units", log(every_minute(0), tokens=40_000, cached=10_000, output=2_500))
    key = "dedicated:azure/gpt-4.1-global-ptu"
    # 13.4 units are needed, 15 the least sold: 15 × 730 × 1, 15 × 260, 15 × 2652 ÷ 12.
    assert [one[f"{key}@{term}x15"].monthly_cost for term in (0, 1, 12)] == money("10950", "3900", "3315")
    figures = one[f"{key}@0x15"].figures
    assert figures is not None
    assert figures.utilization == pytest.approx(40_000 / 45_000)
    # Twice as much needs 26.7 units, and they come in fives; 15 bought for the year are owed whatever is chosen, so
    # that 15 more are paid: 3,315 and 10,950, 3,900 or 3,315.
    two = log(every_minute(0, 30), tokens=40_000, cached=10_000, output=2_500)
    twice = options(
        "azure-provisioned-units", two, incumbent="hybrid:azure/gpt-4.1-global-ptu@12x15+azure/gpt-4.1-global"
    )
    assert [twice[f"{key}@{term}x30"].monthly_cost for term in (0, 1, 12)] == money("14265", "7215", "6630")
    # Kept at 15 units every second request spills: 1,752 million input tokens at 2, 109.5 million output tokens at 8.
    spilling = twice["hybrid:azure/gpt-4.1-global-ptu@12x15+azure/gpt-4.1-global"]
    assert spilling.monthly_cost == Decimal(3315) + Decimal(3504) + Decimal(876)
    assert spilling.figures is not None
    assert spilling.figures.overflow_share == pytest.approx(0.5)


def test_the_provisioned_units_are_those_of_the_public_files() -> None:
    (sheet,) = azure.read(azure_files(), "v", Wanted(date(2026, 11, 20), model="gpt-4.1")).sheets
    imported = {offer["sku"]: offer for offer in sheet["offers"]}
    token, units = document("azure-provisioned-units")["offers"]
    assert imported["gpt-4.1:global"]["prices"] == token["prices"]
    theirs = imported["gpt-4.1:global:ptu"]
    for name in ("unit", "units", "capacity"):
        assert theirs[name] == units[name]
    stated = [{name: value for name, value in rate.items() if name != "billing_seconds"} for rate in units["rates"]]
    assert theirs["rates"] == stated


def test_units_with_a_window_of_thirty_seconds() -> None:
    """50,000 input tokens and 5,000 output tokens weighing 4 are 70,000 of 100,800 a unit and window."""
    apart = options("thirty-second-window", log(every_minute(0, 30), tokens=50_000, output=5_000))
    together = options("thirty-second-window", log(every_minute(0, 1), tokens=50_000, output=5_000))
    key = "dedicated:acme/flash-gsu"
    # Each in a window of its own fits one unit; both in one window need two, though a minute of one unit would do.
    assert [apart[f"{key}@{term}x1"].monthly_cost for term in (1, 3, 12)] == money("2700", "2400", "2000")
    assert [together[f"{key}@{term}x2"].monthly_cost for term in (1, 3, 12)] == money("5400", "4800", "4000")


def test_units_for_a_day_a_week_and_a_month() -> None:
    found = options("short-terms", log(every_minute(0), tokens=50_000, output=3_000))
    assert bill(found["dedicated:acme/m70-gsu@1dx1"])["idle"][0] < 730
    assert [found[f"dedicated:acme/m70-gsu@{term}x1"].monthly_cost for term in ("1d", "1w", "1")] == [
        Decimal("6083.333333333333"),  # 200 a day for 730 ÷ 24 days
        Decimal("5214.285714285714"),  # 1,200 a week for 730 ÷ 168 weeks
        Decimal(2700),
    ]
    incumbent = options("short-terms", log(every_minute(0), tokens=50_000, output=3_000), "dedicated:acme/m70-gsu@1wx2")
    assert incumbent["dedicated:acme/m70-gsu@1wx2"].monthly_cost == Decimal("10428.571428571429")


def test_units_that_are_a_bucket_of_thirty_seconds() -> None:
    """25,000 input and 1,250 output tokens weighing 4 are the 30,000 that a bucket holds; it refills 1,000 a second."""
    apart = options("leaky-bucket", log(every_minute(0, 30), tokens=25_000, output=1_250))
    together = options("leaky-bucket", log(every_minute(0, 1), tokens=25_000, output=1_250))
    # Thirty seconds later it is full again. A second later two buckets hold 2,000 more than the 30,000 left in them.
    assert apart["dedicated:acme/m70-units@0x1"].monthly_cost == Decimal(2920)  # 730 × 4
    assert together["dedicated:acme/m70-units@0x2"].monthly_cost == Decimal(5840)
    figures = together["dedicated:acme/m70-units@0x2"].figures
    assert figures is not None
    assert figures.utilization == pytest.approx(0.5)
    # 200,000 input tokens at once fit a limit of 400,000 a minute with a minute's burst, three times as many do not.
    fits = options("leaky-bucket", log(every_minute(0, 30), tokens=200_000, output=10))["serverless:acme/m70-standard"]
    spills = options("leaky-bucket", log(every_minute(0, 1, 2), tokens=200_000, output=10))[
        "serverless:acme/m70-standard"
    ]
    assert [option.figures.throttled_share for option in (fits, spills) if option.figures] == [
        0,
        pytest.approx(1 / 3, abs=1e-3),
    ]


def test_units_whose_budget_weighs_long_requests_more() -> None:
    """At 3 an hour a unit is 2,190 a month."""
    long = options("length-tiers", log(every_minute(0), tokens=250_000, output=1_000))
    short = options("length-tiers", log(every_minute(0), tokens=150_000, output=1_000))
    edge = options("length-tiers", log(every_minute(0), tokens=200_000, output=0))
    cached = options("length-tiers", log(every_minute(0), tokens=250_000, cached=240_000, output=1_000))
    # 2 × 250,000 + 9 × 1,000 = 509,000; 150,000 + 6 × 1,000; 200,000, which is not above; 20,000 + 48,000 + 9,000.
    assert long["dedicated:acme/m70-units@0x6"].monthly_cost == Decimal(13140)
    assert short["dedicated:acme/m70-units@0x2"].monthly_cost == Decimal(4380)
    assert edge["dedicated:acme/m70-units@0x2"].monthly_cost == Decimal(4380)
    assert cached["dedicated:acme/m70-units@0x1"].monthly_cost == Decimal(2190)
    figures = long["dedicated:acme/m70-units@0x6"].figures
    assert figures is not None
    assert figures.utilization == pytest.approx(509 / 600)


def test_units_that_run_in_office_hours() -> None:
    """A week of 45 hours is 195.536 of 730 hours a month. The log begins on a Thursday at 01:00 in Berlin."""
    found = options("office-hours", log(every_minute(0), tokens=50_000, output=500))
    reserved = Decimal("782.142857142857")  # 45 × 730 ÷ 168 × 4
    hybrid = found["hybrid:acme/m70-office@0x1+acme/m70-standard"]
    lines = {line.code: line for line in hybrid.lines}
    assert lines["reserved_units"].amount + lines["idle"].amount == reserved
    assert lines["reserved_units"].quantity + lines["idle"].quantity == Decimal("195.536")
    # Of 73 hours those of Thursday and Friday are run: 18; every minute of the other 55 spills 1.00 + 0.04.
    assert hybrid.monthly_cost == reserved + 55 * 60 * 10 * Decimal("1.04")
    alone = found["dedicated:acme/m70-office@0x1"]
    assert alone.monthly_cost == reserved
    assert [violation.code for violation in alone.violations] == ["outside_hours"]
    assert alone.violations[0].sentence.startswith("75.3% of the requests come outside the hours")


def test_units_of_input_and_of_output_bought_apart() -> None:
    """50,000 input tokens a minute need two units of 30,000, and 6,000 output tokens three of 2,500."""
    history = log(every_minute(0), tokens=50_000, output=6_000)
    found = options("input-and-output-units", history)
    month = Decimal(730) / 24  # of a price by the day
    option = found["dedicated:acme/m70-scale@30dx2+3"]
    assert option.monthly_cost == Decimal("9976.666666666667")  # (2 × 110 + 3 × 36) × 730 ÷ 24
    lines = {line.code: line for line in option.lines}
    assert lines["reserved_units"].quantity + lines["idle"].quantity == 2 * 730
    assert lines["second_reserved_units"].quantity == 1752  # 6,000 of 7,500 for 3 × 730 unit hours
    assert lines["second_reserved_units"].amount + lines["second_idle"].amount == Decimal("3285.00")  # 3 × 36 × month
    assert option.figures is not None
    assert option.figures.utilization == pytest.approx(50_000 / 60_000)
    assert found["dedicated:acme/m70-scale@365dx2+3"].monthly_cost == Decimal("8212.50")  # (2 × 90 + 3 × 30) × month
    # One unit short of either kind, every request spills. The incumbent's term runs: it is owed whatever is chosen, and
    # comes on top of 2,190 million input tokens at 5 and 262.8 million output tokens at 15.
    named = options("input-and-output-units", history, "hybrid:acme/m70-scale@30dx1+3+acme/m70-standard")
    assert found["serverless:acme/m70-standard"].monthly_cost == Decimal("14892.00")
    for key in ("hybrid:acme/m70-scale@30dx1+3+acme/m70-standard", "serverless:acme/m70-standard"):
        assert abs(named[key].monthly_cost - 14892 - (110 + 3 * 36) * month) < Decimal("1e-9")
    # Of both units that serve everything, 1 and 3 are bought already: one more of input is new.
    again = named["dedicated:acme/m70-scale@30dx2+3"]
    assert abs(again.monthly_cost - (2 * 110 + 3 * 36) * month) < Decimal("1e-9")
    assert abs(again.expected_cost.reserved - 110 * month) < Decimal("1e-9")


def test_a_server_of_ones_own() -> None:
    option = options("owned-hardware", log(every_minute(0), tokens=1000, output=200))["dedicated:own/m70-server@36x1"]
    assert bill(option) == {
        "owned_hardware": (Decimal(1), Decimal(6000)),  # (250,000 − 34,000) ÷ 36
        "owned_power": (Decimal(1), Decimal("1138.80")),  # 10 kW × 1.3 × 730 h × 0.12
        "owned_space": (Decimal(1), Decimal(900)),
        "owned_people": (Decimal(1), Decimal(1500)),
    }
    assert option.monthly_cost == Decimal("9538.80")


@pytest.mark.parametrize(
    ("tokens", "output", "units"),
    [
        (105_000, 500, 11),  # 10.5 budgets of 10,000 input tokens, half a one of 1,000 output tokens
        (20_000, 12_000, 12),  # 2 of input, 12 of output
        (20_000, 500, 10),  # the least that is sold
    ],
)
def test_budgets_of_input_and_of_output_bind_each_by_itself(tokens: int, output: int, units: int) -> None:
    found = options("input-and-output-budgets", log(every_minute(0), tokens=tokens, cached=5_000, output=output))
    key = "dedicated:acme/m70-reserved-10to1"
    assert found[f"{key}@1x{units}"].monthly_cost == Decimal(230 * units)
    assert found[f"{key}@3x{units}"].monthly_cost == Decimal(205 * units)


def test_dollars_a_minute() -> None:
    """A million tokens at 0.90 are 0.90 of the dollar a minute that a unit is."""
    found = options("dollars-per-minute", log(every_minute(0), tokens=900_000, output=100_000))
    # 730 hours at 54 and at 45; the same tokens at list price: 43,800 × 0.90.
    key = "dedicated:acme/m70-dollar-minute"
    assert [found[f"{key}@{term}x1"].monthly_cost for term in (1, 12)] == money("39420", "32850")
    assert found["serverless:acme/m70-token"].monthly_cost == Decimal(39420)
    figures = found[f"{key}@1x1"].figures
    assert figures is not None
    assert figures.utilization == pytest.approx(0.9)
    dearer = options("dollars-per-minute", log(every_minute(0), tokens=1_000_000, output=200_000))
    assert dearer[f"{key}@1x2"].monthly_cost == Decimal(78840)


def test_a_gpu_endpoint_on_demand_and_committed() -> None:
    """40,000 input tokens are read in 1 s, 900 output tokens written in 10 s at 90 a second.

    A full unit writes 64 × 38 tokens a second, so that a request is 1 + 900 ÷ 2,432 = 1.37 s of its work.
    """
    alone = options("gpu-endpoint", log(every_minute(0), tokens=40_000, output=900))
    key = "dedicated:acme/m70-8xh100"
    # 730 × 36.00; 730 × 25.20; 730 × 8.00 and the 36th part of 260,000.
    assert [alone[f"{key}@{term}x1"].monthly_cost for term in (0, 12)] == money("26280", "18396")
    assert alone[f"{key}@36x1"].monthly_cost == Decimal(5840) + Decimal("7222.222222222222")
    figures = alone[f"{key}@0x1"].figures
    assert figures is not None
    assert figures.first_token is not None
    assert figures.end_to_end is not None
    assert (figures.first_token.p50, figures.end_to_end.p50) == pytest.approx((1000, 11_000), rel=0.002)
    # 43 requests a minute are 58.9 s of work, 44 are 60.3: more than a unit keeps up with. One such minute may queue.
    for requests, units in ((43, 1), (44, 2)):
        minute = np.arange(requests) * MINUTE // requests
        sized = options("gpu-endpoint", log(every_minute(*minute), tokens=40_000, output=900))
        assert sized[f"{key}@12x{units}"].monthly_cost == Decimal(18_396 * units)
        assert f"{key}@12x1" in options("gpu-endpoint", log(minute, tokens=40_000, output=900))


def test_an_endpoint_that_scales_to_zero() -> None:
    """Up for 180 s of starting, 10 s of serving, 3,600 s of idling: 3,790 s, billed as 64 minutes, 36 times."""
    seconds = np.arange(HOUR, 72 * HOUR, 2 * HOUR)
    assert len(seconds) == 36
    found = options("autoscaled-endpoint", log(seconds, tokens=12_000, output=486))
    option = found["autoscaled:acme/m70-2xh100-auto@0x0-2"]
    hours = Decimal(36 * 64 * 10) / 60
    assert sum(line.quantity for line in option.lines) == hours
    assert option.monthly_cost == hours * 9 == Decimal(3456)
    assert found["dedicated:acme/m70-2xh100-auto@0x1"].monthly_cost == Decimal(730 * 9)
