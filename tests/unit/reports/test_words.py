"""Words of a report: rounding half up, shares that never read 0.0, money that a column agrees on."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from service.reports import words
from service.reports.answer import units_of
from service.reports.offer_names import OfferName
from service.reports.purchase import to_cents
from service.reports.scales import apart, text_width, tick_text, ticks


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("21790.50", "21,791"), ("6836.62140961", "6,837"), ("99.994", "99.99"), ("99.995", "100"), ("100", "100"),
        ("0", "0.00"), ("0.04", "0.04"), ("0.004", "under 0.01"), ("-33.2", "\u221233.20"), ("700000", "700,000"),
    ],
)  # fmt: skip
def test_money_is_whole_from_a_hundred_on(amount: str, said: str) -> None:
    assert words.money(Decimal(amount)) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.12, "12"), (0.0959, "9.6"), (0.1, "10"), (0.095, "9.5"), (0, "0"), (0.0004, "under 0.1"), (1, "100"),
        (0.9996, "over 99.9"), (0.998, "99.8"), (0.125, "13"), (-0.19, "\u221219"), (0.01, "1"), (1.45, "145"),
    ],
)  # fmt: skip
def test_shares_are_whole_percent(share: float, said: str) -> None:
    assert words.share(share) == f"{said}\u00a0%"


def test_rates_have_three_figures() -> None:
    assert [words.rate(value) for value in (0, 0.85934, 7.7091, 61.3, 1858.4, 0.0004567)] == [
        "0", "0.859", "7.71", "61.3", "1,858", "0.000457",
    ]  # fmt: skip


def test_prices_are_as_their_sheet_has_them() -> None:
    found = [
        words.price(Decimal(text)) for text in ("7.98", "0.59", "0.0025", "36", "0.5118411", "9.0352148", "1234.5")
    ]
    assert found == ["7.98", "0.59", "0.0025", "36.00", "0.5118", "9.04", "1,234.50"]


def test_durations_and_times_are_in_words() -> None:
    assert [words.duration(seconds) for seconds in (1, 59, 3600, 5400, 86400 * 7)] == [
        "1 second", "59 seconds", "1 hour", "1.5 hours", "7 days",
    ]  # fmt: skip
    start, end = datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 16, tzinfo=UTC)
    assert words.span(start, end) == "2 to 15 Nov 2026"
    assert words.minute(start) == "2 Nov 2026, 00:00"


def test_items_to_the_cent_add_up_to_the_rounded_total() -> None:
    for parts in (["0.335", "0.335", "0.335"], ["5825.40", "741.42001664", "99.7850106"], ["0.004"] * 7, ["10"]):
        amounts = [Decimal(part) for part in parts]
        total = sum(amounts, Decimal(0))
        assert sum(to_cents(amounts, total)) == words.rounded(total, words.CENT)


def test_ticks_are_round_and_reach_the_top() -> None:
    for highest in (0.00031, 0.04, 1, 9.7, 183, 2373778):
        found = ticks(highest)
        assert found[0] == 0
        assert found[-1] >= highest * (1 - 1e-9)
        assert 2 <= len(found) <= 7
        assert len({tick_text(value, found[1]) for value in found}) == len(found)


def test_labels_keep_their_distance() -> None:
    assert apart([10, 12, 100], 17, 0, 200) == [10, 27, 100]
    assert apart([190, 195, 199], 17, 0, 200) == [166, 183, 200]


def test_wider_texts_are_wider() -> None:
    assert text_width("WW") > text_width("ii")
    assert text_width("123") == text_width("456"), "figures are tabular"


@pytest.mark.parametrize(
    ("thing", "unit", "number", "said"),
    [
        ("2\u00d7H100", "replica", 1, "one 2\u00d7H100 replica"),
        ("2\u00d7H100", "replica", 3, "three 2\u00d7H100 replicas"),
        ("replica gpu", "replica", 3, "three gpu replicas"), ("replica gpu", "replica", 1, "one gpu replica"),
        ("replica", "replica", 2, "two replicas"), ("replicas-eu", "replica", 2, "two replicas-eu replicas"),
        ("L40S", "gpu box", 2, "two L40S gpu boxes"), ("PTU", "PTU", 100, "100 PTU"),
        ("PTU eu", "PTU", 50, "50 PTU eu"),
        ("big instance m", "instance", 4, "four big m instances"), ("unit", "unit", 0, "no units"),
        ("A", "model facility", 2, "two A model facilities"), ("A", "bay", 2, "two A bays"),
    ],
)  # fmt: skip
def test_so_many_units_are_in_the_plural(thing: str, unit: str, number: int, said: str) -> None:
    assert units_of(OfferName("sku", f"Acme {thing}", "Acme", thing, unit), number) == said
