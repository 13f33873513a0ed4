"""The report on an evaluation: a page that says what the evaluation says, and needs nothing else."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest

from service.evaluations.document import Envelope, Inputs, Pinned, body_of
from service.evaluations.engine import Materials, answer_of
from service.kit import canonical_json
from service.policies.policy_schema import policy_document
from service.reports import words
from service.reports.costs import CUT, MOST_ROWS, costs
from service.reports.drawings.duration import duration
from service.reports.drawings.week import week as week_of
from service.reports.offer_names import Names
from service.reports.purchase import purchase
from service.reports.reading import Answer
from service.reports.report import body, report
from service.workflow.offers import Offer
from service.workflow.policy import Policy
from service.workflow.rates import Rate
from service.workflow.traffic import SECOND, BucketSeries
from tests.histories import MONDAY, ints
from tests.markets import PROVISIONAL, gpu_offer, rate, token_offer

Json = dict[str, Any]

OFFERS: list[Offer] = [
    token_offer("tokens<script>", "0.5", "2.5"),
    token_offer("dear & slow", "5", "25"),
    gpu_offer("gpu", rate("0.9"), Rate(12, monthly=Decimal(300), upfront=Decimal(1200))),
]

SHEET: Json = {
    "provider": "acme",
    "name": "list",
    "effective_from": "2026-01-01",
    "source": {"url": "https://acme.example/pricing", "as_of": "2026-01-02"},
    "offers": [
        {"sku": "tokens<script>", "mode": "serverless", "model": "m"},
        {"sku": "dear & slow", "mode": "serverless", "model": "m"},
        {"sku": "gpu", "mode": "dedicated", "model": "m", "gpu": "2xH100"},
    ],
}


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
        self.styled = 0
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.styled += sum(name == "style" for name, _ in attrs)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "xlink:href"}]
        if tag not in {"meta", "link", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.styled += sum(name == "style" for name, _ in attrs)

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
    page = read(report(evaluation, [SHEET]))
    assert page.addresses[0] == "data:,", "the icon that a browser would ask for otherwise"
    assert set(page.addresses[1:]) <= {"#evidence", "https://acme.example/pricing"}
    assert not {"script", "img", "iframe"} & set(page.tags)
    assert page.styled == 0, "the security policy allows the style sheet alone"


def test_names_that_look_like_markup_are_text(evaluation: Json) -> None:
    page = report(evaluation, [SHEET])
    assert "<script" not in page
    assert "serverless:tokens<script>" in read(page).text
    assert "Acme dear & slow" in read(page).text


def test_it_says_what_the_evaluation_says(evaluation: Json) -> None:
    text = read(report(evaluation)).text
    answer = evaluation["recommendation"]
    assert f"{words.money(Decimal(answer['monthly_cost']['amount']))} USD a month" in text
    for said in (answer["option"], evaluation["digest"], *(r["sentence"] for r in answer["reasons"])):
        assert said in text
    for option in evaluation["options"]:
        assert option["key"] in text
    for digest in ("sha256:" + "a" * 64, evaluation["inputs"]["traffic_history"]["digest"]):
        assert digest in text


def test_a_page_without_a_frame_has_no_head(evaluation: Json) -> None:
    page = str(body(evaluation, [SHEET]))
    assert "<html" not in page
    assert "<style" not in page
    read(page)


def test_parts_of_a_bar_are_their_money_to_scale(evaluation: Json) -> None:
    answer = Answer(evaluation)
    table = costs(answer, Names())
    assert table is not None
    assert [row.kind for row in table.rows].count("chosen") == 1
    for row in table.rows:
        for part in row.parts:
            if not row.cut:
                money = row.option.parts[part.kind]
                assert part.width == pytest.approx(float(money / table.scale * 100), abs=0.1)
        starts = [part.start for part in row.parts]
        assert starts == pytest.approx([sum(part.width for part in row.parts[:i]) for i in range(len(starts))])
        assert row.whisker is None or 0 <= row.whisker[0] <= row.whisker[1] <= 100


def test_the_answer_and_the_best_of_each_mode_are_always_shown() -> None:
    many: list[Offer] = [token_offer(f"t{number:02}", f"0.{number + 10}") for number in range(30)]
    policy = replace(PROVISIONAL, incumbent="serverless:t29", margin=Decimal("0.9"))
    kept = Answer(evaluated(policy, [*many, gpu_offer("gpu", rate("9"))]))
    table = costs(kept, Names())
    assert table is not None
    assert "serverless:t29" in [row.option.key for row in table.rows]
    assert {"dedicated", "serverless"} <= {row.option.mode for row in table.rows}
    assert len(table.rows) == MOST_ROWS
    assert all(row.option.total <= CUT * table.scale or row.cut for row in table.rows)
    assert "Stay with Serverless t29" in report(kept.body)
    assert "less than the" in read(report(kept.body)).text


def test_the_bill_of_materials_adds_up(evaluation: Json) -> None:
    bought = purchase(Answer(evaluation), Names([SHEET], {"model": "m"}))
    assert bought is not None
    amounts = [Decimal(item.amount.replace(",", "")) for item in bought.items]
    assert sum(amounts) == Decimal(bought.total.replace(",", ""))


def test_offers_that_read_alike_are_told_apart() -> None:
    names = Names([SHEET], {"model": "m"})
    labels = [names.offer(sku).label for sku in ("tokens<script>", "dear & slow", "gpu")]
    assert labels == ["Acme tokens<script>", "Acme dear & slow", "Acme 2\u00d7H100"]
    rival = SHEET | {"provider": "Rival AI", "offers": SHEET["offers"][:1]}
    both = Names([SHEET, rival], {"model": "m"})
    assert both.offer("Rival AI/tokens<script>").label == "Rival AI"
    assert both.offer("acme/tokens<script>").label == "Acme tokens<script>"
    assert names.key("hybrid:gpu@12x2+tokens<script>") == "hybrid on 2 \u00d7 Acme 2\u00d7H100, 12 months"


def test_hours_that_were_not_observed_are_drawn_so(evaluation: Json) -> None:
    drawn = week_of(Answer(evaluation))
    assert drawn is not None
    assert [len(hours) for _, hours in drawn.days] == [24] * 7
    assert drawn.unseen == evaluation["measurement"]["hour_of_week"].count(None)
    assert max(step for _, hours in drawn.days for step in hours if step is not None) == 5
    unseen = evaluation | {"measurement": evaluation["measurement"] | {"hour_of_week": [None] * 168}}
    assert week_of(Answer(unseen)) is None
    report(unseen)


def test_the_load_is_drawn_as_it_was_measured(evaluation: Json) -> None:
    drawn = duration(Answer(evaluation), None)
    assert drawn is not None
    curve = evaluation["measurement"]["load_duration"]
    points = re.findall(r"\d+,([\d.]+)", drawn.area)[1:-1]
    top = float(drawn.ticks[-1].text.replace(",", ""))
    assert [200 * (1 - load / top) for load in curve] == pytest.approx([float(point) for point in points], abs=0.06)


def test_an_answer_without_a_recommendation_is_a_report_too() -> None:
    refused = evaluated(replace(PROVISIONAL, sufficiency=replace(Policy().sufficiency, days=30)))
    assert refused["recommendation"]["mode"] == "insufficient_data"
    text = read(report(refused)).text
    assert "Not yet: " in text
    assert "not to be bought on" in text
    assert "What you would buy" not in text
    assert "What would change the answer" not in text
    strict = replace(PROVISIONAL, latency=replace(PROVISIONAL.latency, target_ms=1.0, strict=True))
    nothing = evaluated(strict, [token_offer()])
    assert nothing["recommendation"]["mode"] == "no_eligible_option"
    text = read(report(nothing)).text
    assert "Nothing on offer meets the needs" in text
    assert not re.search(r"\bNone\b", text)


def test_an_evaluation_without_any_option_is_a_report_too() -> None:
    empty = evaluated(replace(PROVISIONAL, modes=("autoscaled",)))
    assert empty["options"] == []
    text = read(report(empty, [SHEET])).text
    assert "Nothing on offer meets the needs" in text
    assert not re.search(r"\bNone\b", text)


def test_one_option_is_compared_with_nothing() -> None:
    alone = evaluated(PROVISIONAL, [token_offer()])
    text = read(report(alone)).text
    assert "Serverless is the only way that is allowed" in text
    assert "Against" not in text.split("What each")[0].split("Every option")[0].replace("Against the recommended", "")
