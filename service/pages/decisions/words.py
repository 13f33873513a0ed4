"""A decision in words: what it costs, the order to act on, the steps it took, and the options a form offers."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from service.decisions.content import BUYING
from service.decisions.decided_money import money_of
from service.decisions.document import Shown
from service.decisions.models import Decision
from service.evaluations import reporting
from service.kit.db.transaction import Transaction
from service.reports import words
from service.reports.answer import advice
from service.reports.offer_names import Names
from service.reports.reading import Answer, ReportOption

MOST_OPTIONS = 60

OFFER = re.compile(r"(\S+)@(\d+[dw]?)(?![\w.])")

MONEY = re.compile(r"(?<![\d.,])\d[\d,]*\.\d\d(?![\d%])")

PERCENT = re.compile(r"(?<![\d.,])\d+(?:\.\d+)?%")

STEPS = ("proposed", "approved", "purchased", "active", "ended")
"""The usual way of a decision; another end stands in place of what was not reached."""


def read(tx: Transaction, evaluation_id: str) -> tuple[Answer, Names]:
    """Return the answer that is decided on, with the names of its offers. Raises Problem 404, 409."""
    evaluation = reporting.completed(tx, evaluation_id)
    answer = Answer(evaluation)
    return answer, Names(reporting.sheets_of(tx, evaluation), answer.inputs)


def plain(text: str, answer: Answer, names: Names) -> str:
    """Return a sentence with options and offers named as a buyer does, money, shares and days as pages have them."""
    text = MONEY.sub(lambda found: words.money(Decimal(found[0].replace(",", ""))), text)
    text = PERCENT.sub(lambda found: words.share(float(found[0][:-1]) / 100), text)
    for key in sorted(answer.by_key, key=len, reverse=True):
        text = text.replace(key, names.key(key))
    return OFFER.sub(lambda found: _offer(names, found), words.with_days(text))


def total(row: Decision) -> str:
    """Return what is payable until the earliest exit of what is bought."""
    return f"{words.money(row.total_commitment)} {row.currency}" if row.total_commitment else "nothing new"


def money(answer: Answer, row: Decision) -> list[tuple[str, str]]:
    """Return what a decision costs, in words. The interval is of the adjusted total, as the report's."""
    said = money_of(row.content)
    if said is None:
        return []
    currency = said.currency
    found = [("A month of the measured traffic", f"{words.money(said.expected_monthly)} {currency}")]
    if said.interval is not None and said.interval.low != said.interval.high:
        low, high = words.money(said.interval.low), words.money(said.interval.high)
        found.append((f"With what else counts in money, in {answer.share_inside}", f"{low} to {high} {currency}"))
    saved = said.saving_monthly
    if saved is not None:
        less = "more" if saved < 0 else "less"
        found.append(("Against what is in use", f"{words.money(abs(saved))} {currency} a month {less}"))
    return [*found, ("Payable until the earliest exit", total(row))]


def paid(purchase: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the money of what was bought, to the cent."""
    names = ("monthly_per_unit", "upfront_per_unit", "total_commitment")
    return (
        {} if purchase is None else {name: f"{words.rounded(Decimal(purchase[name]), words.CENT):,}" for name in names}
    )


def order(answer: Answer, names: Names, row: Decision) -> str:
    """Return what is bought as an order to act on, out of the evaluation it stands on; else the title."""
    option = answer.by_key.get(row.option or "")
    return row.title if option is None or row.kind not in BUYING else advice(option, names)


def options(answer: Answer, names: Names) -> list[tuple[str, str]]:
    """Return the options with figures that a form offers, by key: the recommended one, then the cheapest."""
    found = [option for option in answer.options if not option.ruled_out]
    found.sort(key=lambda option: (option != answer.chosen, option.total, option.key))
    return [(option.key, _option(option, names, answer.currency)) for option in found[:MOST_OPTIONS]]


def _offer(names: Names, found: re.Match[str]) -> str:
    """Return an offer of a term, such as `gpu@12`, in words; what names no offer as it was."""
    known = names.figure(found[1])
    return found[0] if known is None else f"{known[0].label}, {words.spelled_term(found[2])}"


def _option(option: ReportOption, names: Names, currency: str) -> str:
    what = f"{names.full(option)}, {words.term(option.term_months)}: {words.money(option.total)} {currency} a month"
    return what if option.eligible else f"{what}; breaks a limit"


def steps(one: Shown) -> list[tuple[str, bool]]:
    """Return the steps of a decision with whether each is reached; one that ended otherwise ends with that."""
    if one.state in STEPS:
        reached = STEPS.index(one.state)
        return [(step, place <= reached) for place, step in enumerate(STEPS)]
    return [("proposed", True), (one.state, True)]
