"""Options as answers tell them, written short: what a test does not say is nothing."""

from datetime import date
from typing import Any, cast

from service.workflow.document import Answer
from service.workflow.document.options import AnsweredOption
from service.workflow.document.recommendation import AnsweredRecommendation
from service.workflow.document.stored import read_option

NOTHING: dict[str, Any] = {
    "units": None, "term_months": None, "dedicated": None, "serverless": None, "eligible": True, "violations": [],
    "ruled_out": False,
}  # fmt: skip

LINE = {"quantity": "1", "unit": "units", "unit_price": "0", "per": 1}


def answered_option(key: str, total: str, **said: Any) -> AnsweredOption:  # noqa: ANN401 - JSON
    """Return an option of a total in dollars a month; said: its other fields as JSON, lines in part."""
    lines = {"lines": [LINE | line for line in said["lines"]]} if "lines" in said else {}
    cost = {"amount": total, "currency": "USD"}
    money = {"monthly_cost": cost, "adjusted_monthly_cost": cost}
    return read_option({**NOTHING, "key": key, "mode": key.partition(":")[0], **money, **said, **lines})


def answered(recommended: str | None, *options: AnsweredOption) -> Answer:
    """Return an answer of options alone, the key of one recommended; without a measurement and a comparison."""
    cost = next((option.monthly_cost for option in options if option.key == recommended), None)
    mode: Any = "no_eligible_option" if recommended is None else recommended.partition(":")[0]
    said = AnsweredRecommendation(
        mode, recommended, cost, cost, provisional=False, confidence="high", confidence_because="",
        probability_cheapest=None, probability_within_margin=None, reasons=(), would_change=(),
        review_by=date(2026, 1, 1), review_because="",
    )  # fmt: skip
    nothing = cast("Any", None)
    return Answer(measurement=nothing, options=options, comparison=nothing, findings=(), recommendation=said)
