"""Options as answers tell them, written short: what a test does not say is nothing."""

from typing import Any

from service.workflow.document.options import AnsweredOption
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
