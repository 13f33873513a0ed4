"""The report on an evaluation: a page that says what the evaluation says, and needs nothing else."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from service.evaluations.document import Envelope, Inputs, Pinned, body_of
from service.evaluations.engine import Materials, answer_of
from service.kit import canonical_json
from service.policies.policy_schema import policy_document
from service.reports import charts
from service.reports.report import DAYS, report
from service.workflow.offers import Offer, Rate
from service.workflow.policy import Policy
from service.workflow.traffic import SECOND, BucketSeries
from tests.histories import MONDAY, ints
from tests.markets import PROVISIONAL, gpu_offer, rate, token_offer

Json = dict[str, Any]

OFFERS: list[Offer] = [
    token_offer("tokens<script>", "0.5", "2.5"),
    token_offer("dear & slow", "5", "25"),
    gpu_offer("gpu", rate("0.9"), Rate(12, monthly=Decimal(300), upfront=Decimal(1200))),
]


def week() -> BucketSeries:
    """Return nine days of ten minutes, busier by day; one hour missing."""
    count = 9 * 144
    requests = ints([4 + 20 * (50 < place % 144 < 110) for place in range(count) if place not in range(200, 206)])
    start = ints([MONDAY + 600 * SECOND * place for place in range(count) if place not in range(200, 206)])
    return BucketSeries(600, start, requests, requests * 900, requests * 0, requests * 250)


def evaluated(policy: Policy = PROVISIONAL, offers: list[Offer] = OFFERS) -> Json:
    history = week()
    inputs = Inputs(
        traffic_history=Pinned(history.digest),
        price_sheets=(Pinned("sha256:" + "a" * 64),),
        model="m",
        as_of=None,
        policy=policy_document(policy),
        engine_version="1",
        seed=1,
    )
    body: Json = json.loads(
        canonical_json.dumps(body_of(Envelope(), inputs, answer_of(Materials(history, tuple(offers), policy))))
    )
    return body


@pytest.fixture(scope="module")
def evaluation() -> Json:
    return evaluated()


class Text(HTMLParser):
    """Collects tags, attributes and text; fails on tags that do not close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "xlink:href"}]
        if tag not in {"meta", "link", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Text:
    reader = Text()
    reader.feed(page)
    assert reader.open == []
    return reader


def test_it_is_whole_and_asks_nothing_of_anybody(evaluation: Json) -> None:
    page = read(report(evaluation))
    assert page.addresses == ["data:,"], "the icon that a browser would ask for otherwise"
    assert page.tags.count("link") == 1
    assert not {"script", "img", "iframe"} & set(page.tags)
    assert page.tags.count("svg") == 4


def test_names_that_look_like_markup_are_text(evaluation: Json) -> None:
    page = report(evaluation)
    assert "<script" not in page
    assert "serverless:tokens<script>" in read(page).text
    assert "serverless:dear & slow" in read(page).text


def test_it_says_what_the_evaluation_says(evaluation: Json) -> None:
    text = read(report(evaluation)).text
    answer = evaluation["recommendation"]
    assert f"{Decimal(answer['monthly_cost']['amount']):,.2f}" in text
    for said in (
        answer["option"],
        answer["review_by"],
        evaluation["digest"],
        *(r["sentence"] for r in answer["reasons"]),
    ):
        assert said in text
    for option in evaluation["options"]:
        assert option["key"] in text
    for digest in ("sha256:" + "a" * 64, evaluation["inputs"]["traffic_history"]["digest"]):
        assert digest in text


def test_parts_of_a_bar_add_up_to_its_total(evaluation: Json) -> None:
    bars = charts.bars(evaluation)
    assert [bar.recommended for bar in bars].count(True) == 1
    widest = max(bar.amount for bar in bars)
    tops = [
        Decimal(o["interval"]["high"]["amount"]) for o in evaluation["options"] if not o["ruled_out"] and o["interval"]
    ]
    scale = float(max(widest, *tops))
    kinds = set()
    for bar in bars:
        assert sum(long for _, _, long in bar.parts) == pytest.approx(float(bar.amount) / scale)
        starts = [start for _, start, _ in bar.parts]
        assert starts == pytest.approx([sum(long for _, _, long in bar.parts[:i]) for i in range(len(starts))])
        assert bar.low is None or 0 <= bar.low <= (bar.high or 0) <= 1
        kinds |= {kind for kind, _, _ in bar.parts}
    assert kinds == {"serverless", "used", "idle", "other"}


def test_the_recommended_option_is_drawn_however_dear() -> None:
    many: list[Offer] = [token_offer(f"t{number:02}", f"0.{number + 10}") for number in range(30)]
    kept = evaluated(replace(PROVISIONAL, incumbent="serverless:t29", margin=Decimal("0.9")), many)
    bars = charts.bars(kept)
    assert len(bars) == charts.MOST_BARS + 1
    assert (bars[-1].key, bars[-1].recommended) == ("serverless:t29", True)


def test_hours_that_were_not_observed_are_drawn_so(evaluation: Json) -> None:
    days = charts.week(evaluation["measurement"])
    assert [len(day) for day in days] == [24] * 7
    shades = [shade for day in days for shade in day if shade is not None]
    assert max(shades) == 1
    holes = evaluated(replace(PROVISIONAL, zone="UTC"))
    assert holes["measurement"]["hour_of_week"].count(None) == sum(
        day.count(None) for day in charts.week(holes["measurement"])
    )


def test_the_lines_cross_where_the_crossover_is(evaluation: Json) -> None:
    drawn = charts.crossover(evaluation)
    assert drawn is not None
    start, end = (tuple(map(float, point.split(","))) for point in drawn.token_line[1:].split(" L"))
    x, y = drawn.crossing
    assert start[1] + (end[1] - start[1]) * x / charts.WIDTH == pytest.approx(y, abs=0.2)
    places = [mark.place for mark in drawn.marks]
    assert places == sorted(places)


def test_labels_of_guides_stand_apart_and_over_the_axis() -> None:
    for places in ([0.0, 1.0, 120.0, 238.0], [0.0, 0.0, 0.0, 0.0], [0.0, 239.0, 239.5, 240.0]):
        labels = charts._apart(places)
        assert all(below - above >= charts.LINE for above, below in pairwise(labels)), labels
        assert labels[-1] < charts.HEIGHT
    assert charts._apart([60.0, 200.0]) == [57.0, 197.0]


def test_the_week_is_told_in_words_too(evaluation: Json) -> None:
    grid = evaluation["measurement"]["hour_of_week"]
    seen = [load for load in grid if load is not None]
    busiest, quietest = grid.index(max(seen)), grid.index(min(seen))
    assert f"Busiest {_hour(busiest)}, quietest {_hour(quietest)}; {grid.count(None)} hours" in report(evaluation)
    unseen = evaluation | {"measurement": evaluation["measurement"] | {"hour_of_week": [None] * 168}}
    assert "No hour of the week was observed." in report(unseen)


def _hour(hour: int) -> str:
    return f"{DAYS[hour // 24]} {hour % 24}:00"


def test_an_answer_without_a_recommendation_is_a_report_too() -> None:
    refused = evaluated(replace(PROVISIONAL, sufficiency=Policy().sufficiency, zone="Europe/Berlin"))
    text = read(report(refused)).text
    if refused["recommendation"]["option"] is None:
        assert "Recommendation: insufficient data" in text
    strict = replace(PROVISIONAL, latency=replace(PROVISIONAL.latency, target_ms=1.0, strict=True))
    nothing = evaluated(strict, [token_offer()])
    assert nothing["recommendation"]["mode"] == "no_eligible_option"
    assert "Recommendation: no eligible option" in read(report(nothing)).text
    assert not re.search(r"\bNone\b", read(report(nothing)).text)
