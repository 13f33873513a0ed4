"""A report on one evaluation: a page of its own, with pictures, that needs nothing else to be read or kept."""

from decimal import Decimal
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from service.pages import charts

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_PAGES = Environment(
    loader=PackageLoader("service.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def report(evaluation: dict[str, Any]) -> str:
    """Return the report on an evaluation, given as its JSON body, as a page of HTML."""
    curve, marks = charts.load_duration(evaluation["measurement"])
    _PAGES.filters |= {"money": _money, "percent": _percent, "plain": _plain}
    return _PAGES.get_template("report.html").render(
        evaluation=evaluation,
        currency=evaluation["options"][0]["monthly_cost"]["currency"],
        bars=charts.bars(evaluation),
        curve=curve,
        marks=marks,
        week=list(zip(DAYS, charts.week(evaluation["measurement"]), strict=True)),
        crossover=charts.crossover(evaluation),
        width=charts.WIDTH,
        height=charts.HEIGHT,
    )


def _money(amount: Decimal | str | dict[str, str]) -> str:
    value = amount["amount"] if isinstance(amount, dict) else amount
    return f"{Decimal(value):,.2f}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _plain(value: float | str) -> str:
    number = Decimal(str(value))
    return f"{number:.3g}" if abs(number) < 1 else f"{number:,.2f}"
