"""Every option of an answer, as an address asks for them: by mode, allowed or not, by name, in an order, by pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from service.reports.evidence import OptionRow, option_row
from service.reports.reading import Answer, ReportOption
from service.workflow.policy import MODES

PAGE = 50

ORDERS = {
    "total": "Total",
    "adjusted": "Total with what slow requests cost",
    "kept": "Kept by what is reserved",
    "overflow": "Overflow",
    "name": "Name",
}

ALLOWED = {"": "allowed or not", "yes": "allowed", "no": "not allowed"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The options of a page: first and last of count, and the addresses of the pages beside it, None for none."""

    rows: list[OptionRow]
    first: int
    last: int
    count: int
    every: int
    asked: dict[str, str]
    before: str | None
    after: str | None
    modes: tuple[str, ...] = MODES
    orders: tuple[tuple[str, str], ...] = tuple(ORDERS.items())
    allowed: tuple[tuple[str, str], ...] = tuple(ALLOWED.items())


def chosen(answer: Answer, query: Mapping[str, str]) -> Chosen:
    """Return the options that an address asks for; what it says that there is not is as if it said nothing."""
    asked = {
        "mode": query.get("mode", "") if query.get("mode") in MODES else "",
        "allowed": query.get("allowed", "") if query.get("allowed") in ALLOWED else "",
        "name": query.get("name", "").strip()[:200],
        "order": query.get("order", "") if query.get("order") in ORDERS else "total",
    }
    found = [option for option in answer.options if _fits(option, asked)]
    found.sort(key=lambda option: (_place(option, asked["order"]), option.key))
    pages = max(1, -(-len(found) // PAGE))
    text = query.get("page", "1")
    page = min(max(1, int(text[:6]) if text.isdecimal() else 1), pages)
    first = (page - 1) * PAGE
    shown = found[first : first + PAGE]
    return Chosen(
        [option_row(option) for option in shown],
        first + 1 if shown else 0,
        first + len(shown),
        len(found),
        len(answer.options),
        asked,
        _address(asked, page - 1) if page > 1 else None,
        _address(asked, page + 1) if page < pages else None,
    )


def _fits(option: ReportOption, asked: Mapping[str, str]) -> bool:
    return (
        asked["mode"] in ("", option.mode)
        and asked["allowed"] in ("", "yes" if option.eligible else "no")
        and asked["name"].casefold() in option.key.casefold()
    )


def _place(option: ReportOption, order: str) -> float | str:
    if order == "name":
        return option.key
    if order == "adjusted":
        return float(option.adjusted)
    if order == "total":
        return float(option.total)
    share = option.share("coverage" if order == "kept" else "overflow_share")
    return 2.0 if share is None else -share if order == "kept" else share


def _address(asked: Mapping[str, str], page: int) -> str:
    return "?" + urlencode({name: value for name, value in asked.items() if value} | {"page": page}) + "#options"
