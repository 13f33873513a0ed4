"""Stored answers are read back as they were said, those of older engines too."""

from decimal import Decimal
from typing import Any

from service.workflow.document import answer_of, document
from service.workflow.document.encoding import UNSET
from service.workflow.document.stored import read_answer
from tests.unit.workflow.decide.deciding import evaluated
from tests.unit.workflow.document.test_document import EVERYTHING, PRICED, SPOKEN, shown


def test_what_is_read_back_says_the_same() -> None:
    for offers in (EVERYTHING, SPOKEN):
        said = evaluated(offers, PRICED)
        body = shown(said)
        again = read_answer(body)
        assert again.document() == body
        exact = answer_of(said)
        assert [one.bill for one in again.options] == [one.bill for one in exact.options], "money to the last digit"
        assert {
            type(money)
            for one in again.options
            for money in (one.monthly_cost.amount, one.expected_monthly_cost.amount)
        } == {Decimal}


def test_an_answer_of_engine_1_has_what_later_ones_say_by_other_names() -> None:
    old: dict[str, Any] = document(evaluated(EVERYTHING, PRICED))
    option, recommended = old["options"][0], old["recommendation"]
    later = ("expected_monthly_cost", "outage_value", "slots_in_use")
    for name in later:
        del option[name]
    for name in ("expected_monthly_cost", "confidence_because", "probability_within_margin", "review_because"):
        del recommended[name]
    del old["findings"]
    old["comparison"] |= {"bootstrap": {"resamples": 500, "blocks": 2}}
    del old["comparison"]["uncertainty"]
    found = read_answer(old)
    assert found.options[0].expected_monthly_cost == found.options[0].adjusted_monthly_cost
    assert found.options[0].outage_value is found.options[0].slots_in_use is UNSET
    assert (found.recommendation.expected_monthly_cost, found.recommendation.review_because) == (None, "")
    assert found.comparison.uncertainty.scenarios == 500
    assert found.findings == ()
