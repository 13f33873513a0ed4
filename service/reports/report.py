"""A report on one evaluation: a page of its own, with pictures, that needs nothing else to be read or kept."""

from base64 import b64encode
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from service.reports import charts

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_STATIC = Path(__file__).parents[1] / "pages" / "static"

STYLE = "\n".join((_STATIC / name).read_text() for name in ("site.css", "report.css"))
"""Lies in the page itself, which is kept without the service."""

CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What a browser that gets the page from the service may load for it: its own style, by its digest, and nothing."""

_PAGES = Environment(
    loader=PackageLoader("service.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def report(evaluation: dict[str, Any]) -> str:
    """Return the report on an evaluation, given as its JSON body, as a page of HTML."""
    measured = evaluation["measurement"]
    curve, marks = charts.load_duration(measured)
    _PAGES.filters |= {"money": _money, "percent": _percent, "plain": _plain}
    return _PAGES.get_template("report.html").render(
        evaluation=evaluation,
        style=STYLE,
        currency=evaluation["options"][0]["monthly_cost"]["currency"],
        bars=charts.bars(evaluation),
        curve=curve,
        marks=marks,
        week=list(zip(DAYS, charts.week(measured), strict=True)),
        extremes=_extremes(measured["hour_of_week"]),
        crossover=charts.crossover(evaluation),
        width=charts.WIDTH,
        height=charts.HEIGHT,
    )


def _extremes(grid: list[float | None]) -> str:
    """Return in words what the picture of the week shows: its busiest and its quietest hour, and what is missing."""
    seen = {hour: load for hour, load in enumerate(grid) if load is not None}
    if not seen:
        return "No hour of the week was observed."
    busiest, quietest = max(seen, key=seen.__getitem__), min(seen, key=seen.__getitem__)
    return f"Busiest {_hour(busiest)}, quietest {_hour(quietest)}; {len(grid) - len(seen)} hours not observed."


def _hour(hour: int) -> str:
    return f"{DAYS[hour // 24]} {hour % 24}:00"


def _money(amount: Decimal | str | dict[str, str]) -> str:
    value = amount["amount"] if isinstance(amount, dict) else amount
    return f"{Decimal(value):,.2f}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _plain(value: float | str) -> str:
    number = Decimal(str(value))
    return f"{number:.3g}" if abs(number) < 1 else f"{number:,.2f}"
