"""What is known to be wanting about the inputs stands in the answer and lowers its confidence."""

from typing import Any

import pytest

from service.workflow.document import document
from service.workflow.evaluate import evaluate
from service.workflow.offers import Offer
from service.workflow.policy import Policy
from service.workflow.remarks import Remark, remark_of
from tests.histories import series_of
from tests.markets import token_offer

OFFERS: list[Offer] = [token_offer("cheap", "1", "2"), token_offer("dear", "8", "60")]


def confidence(*remarks: Remark) -> tuple[object, list[bool]]:
    """Return the confidence of an answer with these remarks, and which of them are said to move it."""
    evaluation = evaluate(series_of([3] * 168, bucket=3600), OFFERS, POLICY, threads=1, remarks=remarks)
    answer: dict[str, Any] = dict(document(evaluation))
    recommendation, findings = answer["recommendation"], answer["findings"]
    return recommendation["confidence"], [bool(finding["can_move_the_answer"]) for finding in findings]


POLICY = Policy()


@pytest.mark.parametrize(
    ("remark", "expected"),
    [
        (Remark("traffic", "x", "s"), ("high", [False])),
        (Remark("traffic", "x", "s", True), ("medium", [True])),
        (Remark("prices", "x", "s", True, "dear"), ("medium", [True])),
        (Remark("prices", "offer_note", "s", True, "dear", True), ("high", [False])),
        (Remark("prices", "offer_note", "s", True, "cheap", True), ("medium", [True])),
    ],
)
def test_a_remark_that_can_move_the_answer_lowers_its_confidence(
    remark: Remark, expected: tuple[str, list[bool]]
) -> None:
    assert confidence(remark) == expected
    assert remark_of(remark.document()) == remark


def test_without_remarks_the_confidence_is_high() -> None:
    assert confidence() == ("high", [])
