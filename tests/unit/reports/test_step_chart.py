"""Charts of values that hold until the next one: where lines lie, where they break, and that labels stay apart."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from service.reports.drawings.step_chart import HEIGHT, LABEL_GAP, TOP, Value, step_chart
from service.reports.scales import NARROW, text_width
from service.reports.timelines import sparkline, totals_chart
from tests.effort import examples

START = datetime(2026, 1, 1, tzinfo=UTC)


def values(*amounts: int | None) -> list[Value]:
    """Return amounts a day apart."""
    return [
        Value(START + timedelta(days=i), None if amount is None else Decimal(amount), "hybrid", f"{amount}")
        for i, amount in enumerate(amounts)
    ]


def test_a_value_holds_until_the_next_and_a_line_breaks_where_there_is_none() -> None:
    chart = step_chart([("price", values(50, 100, None, 25))], START + timedelta(days=4), "")
    assert [(run.start, run.end) for run in chart.lines.runs] == [(0, 25), (25, 50), (75, 100)]
    assert [run.y for run in chart.lines.runs] == [TOP + HEIGHT * share for share in (0.5, 0, 0.75)]
    assert [(rise.x, rise.y, rise.to) for rise in chart.lines.rises] == [(25, TOP + HEIGHT / 2, TOP)]
    assert [dot.text for dot in chart.lines.dots] == ["50", "100", "25"]
    assert [label.text for label in chart.labels] == ["price"]


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=6))
@settings(max_examples=examples(30))
def test_labels_of_lines_never_meet(amounts: list[int]) -> None:
    chart = step_chart([(f"{i}", values(amount)) for i, amount in enumerate(amounts)], START + timedelta(days=1), "")
    heights = [label.y for label in chart.labels]
    assert len(heights) == len(amounts)
    assert all(after - before >= LABEL_GAP - 1e-9 for before, after in pairwise(heights))


@given(st.lists(st.sampled_from(("hybrid", "dedicated", "serverless")), min_size=2, max_size=9))
@settings(max_examples=examples(30))
def test_one_line_says_what_its_colours_mean_where_they_begin_and_words_never_meet(kinds: list[str]) -> None:
    line = [Value(START + timedelta(days=i), Decimal(10), kind, "") for i, kind in enumerate(kinds)]
    labels = step_chart([("", line)], START + timedelta(days=len(kinds)), "").labels
    assert labels[0].text == kinds[0].capitalize()
    spans = []
    for label in labels:
        wide = text_width(label.text, weight=600) / NARROW * 100
        spans.append((label.x, label.x + wide) if label.anchor == "start" else (label.x - wide, label.x))
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert spans[-1][1] <= 100


def test_one_total_is_no_line_and_zero_money_is_drawn() -> None:
    now = START + timedelta(days=2)
    assert totals_chart(values(4, None), "USD", now) is None
    assert "<svg" in str(totals_chart(values(0, 0), "USD", now))


def test_a_sparkline_is_of_the_last_week_alone() -> None:
    drawn = {"traffic": {"step_seconds": 3600, "total": [1000.0] * 24 + [1.0, 2.0] * 84}}
    found = str(sparkline(drawn))
    # Two hours a step: 84 of them, each as high as the others, and nothing of the busy day before.
    assert found.count("V0.0") == 84
    assert sparkline({"traffic": {"step_seconds": 3600, "total": [0, 0]}}) is None
    assert sparkline(None) is None
