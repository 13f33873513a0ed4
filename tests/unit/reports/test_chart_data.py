"""What charts need: computed of the same inputs, it agrees with the evaluation."""

import json
from decimal import Decimal
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from service.reports import chart_files
from service.reports.chart_data import chart_data
from service.reports.drawings.volume import band_of
from service.reports.offer_names import Names, kind_of
from service.reports.reading import Answer
from service.reports.report import BEING_DRAWN, report
from tests.markets import PROVISIONAL, gpu_offer, rate
from tests.unit.reports.test_report import OFFERS, SHEET, evaluated, read, week

Json = dict[str, Any]


@pytest.fixture(scope="module")
def evaluation() -> Json:
    return evaluated()


@pytest.fixture(scope="module")
def drawn(evaluation: Json) -> Json:
    found: Json = json.loads(json.dumps(chart_data(week(), OFFERS, PROVISIONAL, evaluation)))
    return found


def test_the_steps_hold_the_traffic_of_the_window(evaluation: Json, drawn: Json) -> None:
    traffic, measured = drawn["traffic"], evaluation["measurement"]
    assert sum(traffic["total"]) == measured["totals"]["requests"]
    observed = sum(traffic["observed"]) * traffic["step_seconds"] / 3600
    assert observed == pytest.approx(measured["hours_observed"], rel=1e-3)


def test_what_overflows_is_what_the_option_says(evaluation: Json, drawn: Json) -> None:
    option = Answer(evaluation).by_key[drawn["traffic"]["option"]]
    assert option.key == evaluation["recommendation"]["option"]
    share = option.share("overflow_share") or option.share("throttled_share") or 0
    refused = drawn["traffic"]["refused"]
    spilled = 0 if refused is None else sum(refused)
    assert spilled / evaluation["measurement"]["totals"]["requests"] == pytest.approx(share, abs=1e-6)


def test_todays_volume_costs_what_the_evaluation_says(evaluation: Json, drawn: Json) -> None:
    today = next(point for point in drawn["volume"]["points"] if point["factor"] == "1")
    answer = Answer(evaluation)
    assert today["answer"] == evaluation["recommendation"]["option"]
    for mode, found in today["modes"].items():
        best = answer.best_of(mode)
        assert best is not None
        assert Decimal(found["total"]) == best.total, mode


def test_between_volumes_of_unlike_answers_the_change_is_closed_in_on() -> None:
    # At six cents an hour a unit begins to pay a little below the present traffic.
    offers = [OFFERS[0], gpu_offer("gpu", rate("0.06"))]
    volume = chart_data(week(), offers, PROVISIONAL, evaluated(PROVISIONAL, offers))["volume"]
    known = [(Decimal(one["factor"]), one["answer"]) for one in volume["answers"]]
    assert known == sorted(known)
    assert {(point["factor"], point["answer"]) for point in volume["points"]} <= {(str(f), key) for f, key in known}
    first = [Decimal(point["factor"]) for point in volume["points"]]
    changes = [(a, b) for (a, one), (b, other) in pairwise(known) if kind_of(one) != kind_of(other)]
    assert changes
    for low, high in changes:
        before = max(factor for factor in first if factor <= low)
        after = min(factor for factor in first if factor >= high)
        assert high - low <= (after - before) / 16


def test_until_it_is_there_the_page_says_so(evaluation: Json, drawn: Json) -> None:
    assert BEING_DRAWN in report(evaluation, [SHEET])
    page = report(evaluation, [SHEET], drawn)
    assert BEING_DRAWN not in page
    assert "Requests a minute" in read(page).text


def test_the_band_has_a_piece_for_every_answer_and_a_flip_ends_the_one_it_lies_in(evaluation: Json) -> None:
    keys = {"0.1": "serverless:tokens", "0.4": "serverless:tokens", "0.475": "dedicated:gpu@12x1"}
    keys |= {"0.55": "hybrid:gpu@12x1+slow", "1": "hybrid:gpu@12x2+slow"}
    flip = {"kind": "traffic", "name": "traffic_factor", "unit": "", "current": "1", "value": "0.489"}
    flip |= {"direction": "below", "to": "dedicated:gpu@12x1"}
    body = evaluation | {"comparison": evaluation["comparison"] | {"flip_points": [flip]}}
    band = band_of(Answer(body), [{"factor": factor, "answer": key} for factor, key in keys.items()], 2.0)
    assert [(piece.mode, piece.exact_end) for piece in band] == [
        ("serverless", False), ("dedicated", True), ("hybrid", False)
    ]  # fmt: skip
    assert [piece.start + piece.width for piece in band] == pytest.approx([21.875, 24.45, 100])


@pytest.mark.parametrize("name", chart_files.SVGS)
def test_a_chart_of_its_own_is_a_whole_picture(evaluation: Json, drawn: Json, name: str) -> None:
    picture = chart_files.svg(Answer(evaluation), Names([SHEET], {"model": "m"}), drawn, name)
    if picture is None:
        assert name in ("units", "latency", "changes")
        return
    root = ET.fromstring(picture)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "var(--" not in picture, "a file of its own has its colours written in"


@pytest.mark.parametrize("name", chart_files.NAMES)
def test_the_numbers_of_every_chart_are_json(evaluation: Json, drawn: Json, name: str) -> None:
    json.dumps(chart_files.numbers(Answer(evaluation), drawn, name), allow_nan=False)
